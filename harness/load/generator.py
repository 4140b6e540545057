"""The load generator: Locust in a process of its own, which ends when we do.

Rule: nothing of Locust or gevent is imported here; what is shared is a plan, and files of answers.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.processes import Command, UnbuildableError, own_environment, start

if TYPE_CHECKING:
    from harness.load.plan import Shape

SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "load" / "decide.py"
LAST_ANSWERS = 11  # a request gives up after 10 s
START_AND_END = 20.0


def generate(shape: Shape, plan: bytes, *, host: str, work_dir: Path) -> None:
    """Make the load and come back when it is over; an unbuildable environment when it could not be made."""
    work_dir.mkdir(parents=True, exist_ok=True)
    plan_file = work_dir / "plan.json"
    plan_file.touch(mode=0o600)
    plan_file.write_bytes(plan)
    try:
        _run(_command(shape, plan_file, host, work_dir), shape.seconds + LAST_ANSWERS + START_AND_END)
    finally:
        plan_file.unlink()


def _run(command: Command, seconds: float) -> None:
    with start(command) as locust:
        code = locust.wait(seconds)
        said = locust.last_lines(5)
    if code is None:
        raise UnbuildableError(f"the load generator did not end within {seconds:.0f} s", said)
    if code:
        raise UnbuildableError(f"the load generator failed with exit code {code}", said)


def _command(shape: Shape, plan_file: Path, host: str, work_dir: Path) -> Command:
    return Command(
        name="the load generator",
        argv=(
            *(sys.executable, "-m", "locust", "--locustfile", str(SCENARIO), "--headless"),
            *("--users", str(shape.seats), "--spawn-rate", f"{shape.spawn_rate:g}"),
            *("--run-time", f"{math.ceil(shape.seconds)}s", "--stop-timeout", str(LAST_ANSWERS)),
            *("--host", host, "--plan", str(plan_file)),
            *("--only-summary", "--loglevel", "WARNING", "--exit-code-on-error", "0"),
        ),
        cwd=work_dir,
        env=own_environment(),
        log=work_dir / "locust.log",
        stdout=work_dir / "locust.out",
        grace=0.0,
    )

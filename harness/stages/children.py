"""Parts of a run that are processes of their own: they write their own events, we watch how they end."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.document import load_document
from harness.fuzzing.ledger import SUITE, Ledger
from harness.fuzzing.options import NOTHING_TO_DO, fuzzing_options
from harness.fuzzing.shards import all_shards
from harness.processes import Child, Command, lock_of, own_environment, start
from harness.stages.journal import Outcome
from harness.worlds import worlds_at_once
from reports.record import StageStarted
from reports.redaction import redact
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.stages.journal import Journal
    from harness.worlds import World

NOT_DONE = "not done after"
PAUSE = 0.1
LIMIT_SECONDS = 900.0
NONE_COLLECTED = 5
IDLE = "nothing to do"
INI = """[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
addopts = --import-mode=importlib --strict-markers
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stage that is one process. `fine`: the exit codes of work done, `idle`: of none to do.

    `voices` are the suites of which at least one must have spoken (none: it may be silent). `limit` is how
    many seconds it may take.
    """

    stage: str
    argv: tuple[str, ...]
    fine: tuple[int, ...] = (0,)
    idle: tuple[int, ...] = ()
    voices: frozenset[str] = frozenset()
    env: Mapping[str, str] | None = None
    limit: float = LIMIT_SECONDS


def scenarios_part(
    stage: str, folders: tuple[Path | str, ...], world_file: Path, root: Path, options: ScenarioOptions
) -> Part:
    """Describe pytest over folders of scenarios: no plugin but what they need, no setting but ours."""
    ini = world_file.with_name("scenarios.ini")
    ini.write_text(INI, encoding="utf-8")
    plugins = ("xdist", "asyncio", "harness.plugin", "no:cacheprovider")
    pytest = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(ini),
        f"--rootdir={root}",
        "--mmm-world",
        str(world_file),
    ]
    loaded = [part for plugin in plugins for part in ("-p", plugin)]
    shown = ["-q", "--tb=short", "--color=no", "-n", str(options.workers), "--dist", "worksteal"]
    asked = [part for name in options.requirements for part in ("--mmm-requirement", name)]
    asked += ["-k", options.keyword] if options.keyword else []
    asked += [part for name in options.without for part in ("--mmm-without", name)]
    asked += ["--mmm-quickest-first"] if options.quickest_first else []
    argv = (*pytest, *loaded, *shown, *asked, *map(str, folders))
    return Part(
        stage=stage,
        argv=argv,
        fine=(0, 1),
        idle=(NONE_COLLECTED,) if options.narrowed else (),
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        voices=frozenset(Path(folder).name for folder in folders if list(Path(folder).glob("test_*.py"))),
    )


@dataclass(frozen=True, slots=True)
class ScenarioOptions:
    """How scenarios are narrowed. `own_worlds`: most have a world of their own, and wait for it.

    `without`: what shows one of these requirements is left out. `quickest_first`: for who waits for the first
    finding, not for the last.
    """

    requirements: tuple[str, ...] = ()
    keyword: str = ""
    single: bool = False
    own_worlds: bool = False
    without: tuple[str, ...] = ()
    quickest_first: bool = False

    @property
    def workers(self) -> int:
        """Return how many processes are worth their start: none for a few scenarios."""
        if self.single or self.keyword:
            return 0
        return worlds_at_once() if self.own_worlds else min(4, os.cpu_count() or 1)

    @property
    def narrowed(self) -> bool:
        """Tell whether it is no mistake when there is none left."""
        return bool(self.requirements or self.keyword or self.without)


def contracts_parts(
    world_file: Path, requirements: tuple[str, ...], examples: int | None = None
) -> tuple[Part, ...]:
    """Describe the fuzzing of the engine's contract, each shard that is asked for anything a process.

    More examples may take as much longer.
    """
    contract, options = load_document("engine"), fuzzing_options(examples)
    how = ("--max-examples", str(options.max_examples), "--limit-seconds", str(options.limit_seconds))
    asked = tuple(part for name in requirements for part in ("--requirement", name))
    return tuple(
        Part(
            stage=f"{SUITE}{shard.tag}",
            argv=(
                *(sys.executable, "-m", "harness.fuzzing", "--world", str(world_file)),
                *("--shard", str(shard), *how, *asked),
            ),
            idle=(NOTHING_TO_DO,) if requirements else (),
            limit=LIMIT_SECONDS + options.limit_seconds,
        )
        for shard in all_shards()
        if _asked_for(shard.operations(contract), requirements)
    )


def _asked_for(names: tuple[str, ...], requirements: tuple[str, ...]) -> bool:
    """Return whether any check on any of these operations speaks for what is asked for."""
    operations = tuple(each for each in load_document("engine").operations if each.name in names)
    return bool(Ledger(operations, frozenset(requirements)).rules())


def load_part(world_file: Path) -> Part:
    """Describe the short load."""
    return Part(
        stage="load",
        argv=(sys.executable, "-m", "harness.load", "--world", str(world_file)),
        voices=frozenset({"load"}),
    )


def run_together(parts: tuple[Part, ...], world: World, work_dir: Path, journal: Journal) -> None:
    """Run parts side by side to their ends, and write how each ended."""
    with contextlib.ExitStack() as stack:
        running: dict[str, tuple[Part, Child, float]] = {}
        for part in parts:
            journal.emit(StageStarted(at=now(), stage=part.stage))
            child = stack.enter_context(start(_command(part, work_dir)))
            running[part.stage] = (part, child, time.monotonic())
        while running:
            journal.catch_up()
            for stage, (part, child, began) in list(running.items()):
                seconds = time.monotonic() - began
                if child.running() and seconds < part.limit:
                    continue
                outcome = _ended(part, child, timed_out=child.running())
                journal.catch_up()
                if not outcome.problem and outcome.summary != IDLE and _silent(part, journal):
                    outcome.problem = "ended without one outcome"
                del running[stage]
                _keep_output(child, world, stage)
                journal.close_stage(stage, seconds, outcome)
            time.sleep(PAUSE)


def _command(part: Part, work_dir: Path) -> Command:
    # Whatever a part keeps in a temporary directory goes with the work directory.
    env = own_environment(TMPDIR=str(work_dir), **(part.env or {}))
    return Command(
        name=part.stage,
        argv=part.argv,
        cwd=work_dir,
        env=env,
        log=work_dir / f"{part.stage}.log",
        lock=lock_of(work_dir),
        grace=4.0,
    )


def _ended(part: Part, child: Child, *, timed_out: bool) -> Outcome:
    if timed_out:
        child.stop()
        return Outcome(problem=f"{NOT_DONE} {part.limit:g} s")
    code = child.stop()
    last = child.last_lines(1)
    said = last[0].strip("= ") if last else ""
    if code in part.fine:
        return Outcome(summary=said)
    if code in part.idle:
        return Outcome(summary=IDLE)
    return Outcome(problem=f"ended with exit code {code}: {redact(said)}")


def _silent(part: Part, journal: Journal) -> bool:
    return bool(part.voices) and not any(journal.heard[suite] for suite in part.voices)


def _keep_output(child: Child, world: World, stage: str) -> None:
    folder = Path(world.run_dir) / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    text = child.command.log.read_text(encoding="utf-8", errors="replace")
    (folder / f"{stage}.log").write_text(redact(text), encoding="utf-8")

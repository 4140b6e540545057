"""The pack: hunts side by side, each in a process of its own, each result kept the moment it is there.

Rule: whatever ends us ends them; what they had not written then is hunted again.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.processes import Command, own_environment, start
from harness.qualifying.errand import HUNTED, read_hunted, write_errand, write_hunted
from harness.qualifying.record import Hunted
from reports.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.processes import Child
    from harness.qualifying.errand import Errand

HUNT = (sys.executable, "-m", "harness.qualifying.hunt")
PAUSE = 0.1
# A hunt keeps its own time; beyond that it hangs.
PATIENCE = 120.0
GRACE = 20.0


@dataclass(frozen=True, slots=True)
class Hunt:
    """A hunt that goes on."""

    errand: Errand
    child: Child
    began: float

    def over(self) -> bool:
        """Tell whether it has ended, or must."""
        return not self.child.running() or self.seconds > self.errand.limit_seconds + PATIENCE

    @property
    def seconds(self) -> float:
        """Return how long it has been going on."""
        return time.monotonic() - self.began


def hunt_all(
    errands: Iterable[Errand],
    results: Path,
    jobs: int,
    told: Callable[[Errand, Hunted], None],
    shown: Callable[[list[str]], None],
) -> None:
    """Send out so many at once; keep what each has seen in `results`, then tell it."""
    waiting, running = deque(errands), list[Hunt]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_begin(waiting.popleft()))
            for hunt in [hunt for hunt in running if hunt.over()]:
                running.remove(hunt)
                hunted = _end(hunt)
                write_hunted(results / f"{hunt.errand.name}.json", hunted)
                told(hunt.errand, hunted)
            shown([hunt.errand.name for hunt in running])
            time.sleep(PAUSE)
    finally:
        with ThreadPoolExecutor(max(1, len(running))) as pool:
            list(pool.map(lambda hunt: hunt.child.stop(), running))


def _begin(errand: Errand) -> Hunt:
    run_dir = Path(errand.run_dir)
    shutil.rmtree(run_dir, ignore_errors=True)  # of an earlier try, which came to no end
    run_dir.mkdir(parents=True)
    command = Command(
        name=f"the hunt for {errand.name}",
        argv=(*HUNT, str(write_errand(errand))),
        cwd=run_dir,
        env=own_environment(),
        log=run_dir / "hunt.log",
        grace=GRACE,
    )
    return Hunt(errand, start(command), time.monotonic())


def _end(hunt: Hunt) -> Hunted:
    """Return what a hunt has seen; one that left nothing was late, or a mistake of ours."""
    hangs = hunt.child.running()
    code = hunt.child.stop()
    hunted = read_hunted(Path(hunt.errand.run_dir) / HUNTED)
    if hunted is not None:
        return hunted
    said = " ".join(redact(line) for line in hunt.child.last_lines(1))
    return Hunted(
        defect=hunt.errand.planted,
        placebo=hunt.errand.placebo,
        seed=hunt.errand.seed,
        seconds=round(hunt.seconds, 1),
        late=f"the hunt hung and was ended after {hunt.seconds:.0f} s" if hangs else "",
        died=not hangs,
        doubts=() if hangs else (f"the hunt ended with exit code {code}: {said}",),
    )

"""`python -m harness.qualifying.hunt ERRAND`: one engine, looked at until it is rightly blamed.

Rule: what is found counts when it is seen a second time, in a world of its own; what is not seen again is a
doubt, and the hunt begins anew without it. What was seen is written whole, or not at all.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.processes import HarnessError
from harness.qualifying.errand import HUNTED, read_errand, write_hunted
from harness.qualifying.known import known_by
from harness.qualifying.record import Hunted
from harness.qualifying.sight import doubts_in, found_in, late_in, looked_in
from harness.qualifying.trail import Enough, TooLong, Trail, Watch
from harness.stages.interrupts import Interrupted, interruptible
from reports.record import FindingRecorded
from reports.run import read_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.qualifying.errand import Errand
    from harness.qualifying.record import Found
    from reports.record import Event, Finding

SECOND, ANEW = "second", "anew"


@dataclass(frozen=True, slots=True)
class Seen:
    """How a trail ended: with what was looked for, if it was found; with what stood in the way."""

    enough: Finding | None = None
    late: str = ""
    unbuilt: str = ""
    crash: str = ""

    @property
    def trouble(self) -> str:
        """Return what stood in the way."""
        return self.late or self.unbuilt or self.crash


def hunt(errand: Errand) -> Hunted:
    """Look at one engine until there is enough, or nothing left to look at."""
    began = time.monotonic()
    watch, unsure = Watch(errand, began + errand.limit_seconds), list[str]()
    while True:
        trail = Trail(_directory(errand, ANEW, len(unsure)), watch)
        seen = _ended(trail, trail.follow)
        doubt = _doubt(watch, trail, seen) if seen.enough else ""
        if not doubt or seen.enough is None:
            break
        unsure.append(doubt)
        watch = dataclasses.replace(watch, unsure=watch.unsure | {seen.enough.key})
    events = read_events(trail.run.run_dir)
    return Hunted(
        defect=errand.planted,
        placebo=errand.placebo,
        seed=errand.seed,
        seconds=round(time.monotonic() - began, 1),
        findings=_findings(events, watch, seen.enough),
        late=seen.late or late_in(events, trail.since),
        unbuilt=seen.unbuilt,
        doubts=(*([seen.crash] if seen.crash else []), *unsure, *doubts_in(events, trail.since)),
        looked=() if errand.planted else looked_in(events),
    )


def _ended(trail: Trail, walk: Callable[[], None]) -> Seen:
    """Walk a trail to its end, whatever that is."""
    with contextlib.closing(trail.run.journal):
        try:
            walk()
        except Enough as enough:
            return Seen(enough=enough.finding)
        except TooLong as late:
            return Seen(late=str(late))
        except HarnessError as problem:
            return Seen(unbuilt=" | ".join((problem.line, *problem.log[-3:])))
        except Exception as error:  # noqa: BLE001 - a mistake of ours says nothing about the engine
            traceback.print_exc()
            return Seen(crash=f"the harness itself crashed: {type(error).__name__} {error}")
    return Seen()


def _doubt(watch: Watch, trail: Trail, seen: Seen) -> str:
    """Look a second time, and say what was seen only once; "" where it was seen twice, or was last time."""
    (found, *_), errand = _findings(read_events(trail.run.run_dir), watch, seen.enough), watch.errand
    if errand.known is not None and errand.known.check == found.check:
        return ""
    second = Trail(_directory(errand, SECOND, len(watch.unsure) + 1), watch)
    again = _ended(second, lambda: second.repeat(trail, known_by(found)))
    if again.enough is not None:
        return ""
    why = f": {again.trouble}" if again.trouble else ""
    return f"seen only once, by {found.check} [{', '.join(found.requirements)}]{why}"


def _findings(events: list[Event], watch: Watch, enough: Finding | None) -> tuple[Found, ...]:
    """Return what was found, what was looked for first; without what was not seen again."""
    sure = [
        one for one in events if not (isinstance(one, FindingRecorded) and one.finding.key in watch.unsure)
    ]
    first = (enough.id, enough.requirements) if enough else None
    return tuple(sorted(found_in(sure), key=lambda found: (found.id, found.requirements) != first))


def _is_unsure(event: Event, watch: Watch) -> bool:
    return isinstance(event, FindingRecorded) and event.finding.key in watch.unsure


def _directory(errand: Errand, what: str, number: int) -> Path:
    """Return where a world's run is kept: the errand's own directory, then others in it."""
    run_dir = Path(errand.run_dir) / (f"{what}-{number}" if number else "")
    run_dir.mkdir(parents=True, exist_ok=True)
    return run_dir


def main(path: Path) -> int:
    """Go on an errand, and leave what was seen beside it."""
    errand = read_errand(path)
    try:
        with interruptible():
            hunted = hunt(errand)
            write_hunted(path.with_name(HUNTED), hunted)
    except Interrupted as signal:
        return signal.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""`python -m harness.qualifying.hunt ERRAND`: one engine, looked at until it is rightly blamed.

Rule: it stops at the first finding that names what the defect breaks; what it saw until then is written
whole, or not at all.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console

from contracts.register import load_register
from harness.processes import CHECKOUT, HarnessError
from harness.qualifying.errand import HUNTED, read_errand, write_hunted
from harness.qualifying.record import Hunted
from harness.qualifying.sight import doubts_in, found_in, is_right, late_in, looked_in
from harness.qualifying.steps import NOTHING, Step, steps_of
from harness.services.storage import EMBEDDED
from harness.stages.children import Part, ScenarioOptions, contracts_parts, run_together, scenarios_part
from harness.stages.interrupts import Interrupted, interruptible
from harness.stages.journal import Journal
from harness.stages.observe import Ground, Run, build, look_back, run_stages
from harness.stages.options import Options
from harness.stages.progress import Progress
from harness.targets import load_profile
from harness.verdicts import Selection
from harness.worlds import save_world
from reports.run import now, read_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.qualifying.errand import Errand
    from harness.qualifying.known import Known
    from reports.record import Event

AGAIN = "again"
LOOK_BACK = frozenset({"history", "receipts", "consumer"})


class Enough(BaseException):
    """What was looked for was found. As a signal, it is no error that any check of ours survives."""


class TooLong(BaseException):
    """It took longer than a hunt may."""


class Watch:
    """Reads along, and says when it is enough."""

    def __init__(self, errand: Errand) -> None:
        self._defect = errand.defect
        self._deadline = time.monotonic() + errand.limit_seconds

    def __call__(self, events: list[Event]) -> None:
        """Look at what was written."""
        if self._defect is not None and any(is_right(event, self._defect) for event in events):
            raise Enough
        if time.monotonic() > self._deadline:
            raise TooLong


def hunt(errand: Errand) -> Hunted:
    """Look at one engine until there is enough, or nothing left to look at."""
    began, run_dir = time.monotonic(), Path(errand.run_dir)
    late = unbuilt = crash = ""
    trail = Trail(errand)
    with contextlib.closing(trail.run.journal):
        try:
            trail.follow()
        except Enough:
            pass
        except TooLong:
            late = f"not done after {errand.limit_seconds:g} s"
        except HarnessError as problem:
            unbuilt = " | ".join((problem.line, *problem.log[-3:]))
        except Exception as error:  # noqa: BLE001 - a mistake of ours says nothing about the engine
            traceback.print_exc()
            crash = f"the harness itself crashed: {type(error).__name__} {error}"
    events = read_events(run_dir)
    return Hunted(
        defect=errand.defect.id if errand.defect else "",
        seed=errand.seed,
        seconds=round(time.monotonic() - began, 1),
        findings=found_in(events),
        late=late or late_in(events, trail.since),
        unbuilt=unbuilt,
        doubts=(*([crash] if crash else []), *doubts_in(events, trail.since)),
        looked=looked_in(events) if errand.defect is None else (),
    )


class Trail:
    """One engine, and the steps that are taken on it. `since`: when the shortcut was over."""

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.since = ""
        self._step = 0
        run_dir = Path(errand.run_dir)
        profile = load_profile(Path(errand.profile)).with_defect(errand.defect.id if errand.defect else "")
        self.run = Run(
            options=Options(target=profile.path, out=run_dir),
            environment=EMBEDDED,
            seed=errand.seed,
            profile=profile,
            parts=NOTHING,
            run_dir=run_dir,
            journal=Journal(run_dir, Progress(Console(quiet=True)), Watch(errand)),
        )

    def follow(self) -> None:
        """Build the world, and take one step after the other."""
        with contextlib.ExitStack() as stack:
            ground = build(self.run, stack)
            if self.errand.known is not None:
                self._again(self._newly_named(ground), self.errand.known)
            self.since = now()
            for step in steps_of(self.errand.defect, load_register()):
                self._take(self._newly_named(ground), step)

    def _take(self, ground: Ground, step: Step) -> None:
        asked = dataclasses.replace(self.run.options, selection=step.asked)
        run = dataclasses.replace(self.run, options=asked, parts=step.parts, seed=ground.world.seed)
        run_stages(run, ground, step.narrowing)
        if step.looks_back:
            look_back(run, ground)

    def _again(self, ground: Ground, known: Known) -> None:
        """Do once more what caught it last time."""
        world_file = ground.work_dir / "world.json"
        save_world(ground.world, world_file)
        declared = self.errand.defect.requirements if self.errand.defect else ()
        parts = tuple(_parts_again(known, declared, world_file))
        run_together(parts, ground.world, ground.work_dir, self.run.journal)
        if known.suite in LOOK_BACK:
            asked = dataclasses.replace(self.run.options, selection=Selection(declared))
            look_back(dataclasses.replace(self.run, options=asked), ground)

    def _newly_named(self, ground: Ground) -> Ground:
        """Return the ground with a seed that nobody has used there: all names come from it."""
        seed = self.errand.seed + self._step
        self._step += 1
        return dataclasses.replace(ground, world=msgspec.structs.replace(ground.world, seed=seed))


def _parts_again(known: Known, declared: tuple[str, ...], world_file: Path) -> Iterator[Part]:
    """Yield what is to run again: one scenario, or the requests for one operation, if it was either."""
    if node := next((name for name in (known.check, known.scene) if "::" in name), ""):
        alone = ScenarioOptions(single=True)
        yield scenarios_part(AGAIN, (f"{CHECKOUT}/{node}",), world_file, CHECKOUT, alone)
    elif known.suite == "contracts" and known.operation:
        for part in contracts_parts(world_file, declared):  # all but its shard have nothing to do
            argv = (*part.argv, "--operation", known.operation)
            yield dataclasses.replace(part, stage=f"{AGAIN} {part.stage}", argv=argv)


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

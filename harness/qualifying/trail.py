"""One engine in a world of its own, and what is looked at there until it is blamed.

Rule: it ends at the first finding that names what the defect breaks, and by its time; with what ended a part
of it before its time nothing more is claimed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console

from contracts.register import load_register
from harness.fuzzing.options import NOTHING_TO_DO
from harness.processes import CHECKOUT
from harness.qualifying.sight import is_right
from harness.qualifying.steps import NOTHING, Step, steps_of
from harness.services.storage import EMBEDDED
from harness.stages.children import (
    NONE_COLLECTED,
    NOT_DONE,
    Part,
    ScenarioOptions,
    contracts_parts,
    run_together,
    scenarios_part,
)
from harness.stages.journal import Journal
from harness.stages.observe import Ground, Run, enter, look_back, raise_world, run_stages, stand
from harness.stages.options import Options
from harness.stages.progress import Progress
from harness.targets import load_profile
from harness.verdicts import Selection
from harness.worlds import save_world
from reports.record import FindingRecorded, StageFinished
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.qualifying.errand import Errand
    from harness.qualifying.known import Known
    from reports.record import Event, Finding

AGAIN = "again"
LOOK_BACK = frozenset({"history", "receipts", "consumer"})
# How pytest ends where a scenario of another day is not there any more.
NOT_THERE = 4


class Enough(BaseException):
    """What was looked for was found. As a signal, it is no error that any check of ours survives."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.id)
        self.finding = finding


class TooLong(BaseException):
    """It, or a part of it, took longer than it may."""


@dataclasses.dataclass(frozen=True, slots=True)
class Watch:
    """Reads along, and says when it is enough. `unsure`: keys of findings that were not seen again."""

    errand: Errand
    deadline: float
    unsure: frozenset[tuple[str, str]] = frozenset()

    def __call__(self, events: list[Event]) -> None:
        """Look at what was written; what ending a part too early has led to is no finding."""
        for event in events:
            if isinstance(event, StageFinished) and event.problem.startswith(NOT_DONE):
                raise TooLong(f"{event.stage}: {event.problem}")
        for event in events:
            if self._is_enough(event) and isinstance(event, FindingRecorded):
                raise Enough(event.finding)
        if time.monotonic() > self.deadline:
            raise TooLong(f"{NOT_DONE} {self.errand.limit_seconds:g} s")

    def _is_enough(self, event: Event) -> bool:
        defect = self.errand.defect
        if defect is None or self.errand.placebo or not isinstance(event, FindingRecorded):
            return False
        return is_right(event, defect) and event.finding.key not in self.unsure


class Trail:
    """One engine, and the steps that are taken on it.

    `since`: when the shortcut was over; `taken`: the steps since all was looked back on; `named`: how many
    seeds were used up.
    """

    def __init__(self, run_dir: Path, watch: Watch) -> None:
        self.errand = watch.errand
        self.since = ""
        self.taken: list[Step] = []
        self.named = 0
        profile = load_profile(Path(self.errand.profile)).with_defect(self.errand.planted)
        self.run = Run(
            options=Options(target=profile.path, out=run_dir),
            environment=EMBEDDED,
            seed=self.errand.seed,
            profile=profile,
            parts=NOTHING,
            run_dir=run_dir,
            journal=Journal(run_dir, Progress(Console(quiet=True)), watch),
        )

    def follow(self) -> None:
        """Build the world, and take one step after the other."""
        with self._ground() as ground:
            if self.errand.known is not None:
                self._again(ground, self.errand.known)
            self.since = now()
            for step in steps_of(self.errand.defect, load_register()):
                self.taken.append(step)
                self._take(ground, step)
                if step.looks_back:
                    self.taken.clear()

    def repeat(self, first: Trail, known: Known) -> None:
        """Build the world, and do there once more what has found something, with the seed that it had.

        What was no scenario's own to see may have come of all that was done: then that, too.
        """
        self.named = max(first.named - 1, 0)
        with self._ground() as ground:
            self._again(ground, known)
            if "::" not in known.check:
                for step in first.taken if known.suite in LOOK_BACK else first.taken[-1:]:
                    self._take(ground, step)

    @contextlib.contextmanager
    def _ground(self) -> Iterator[Ground]:
        """Give the world as the preflight found it; what was found is nothing where storage or fakes fell."""
        with contextlib.ExitStack() as stack:
            running, work_dir = raise_world(self.run, stack)
            try:
                yield enter(self.run, running, work_dir)
            except Enough:
                stand(running.world)
                raise

    def _take(self, ground: Ground, step: Step) -> None:
        ground = self._newly_named(ground)
        asked = dataclasses.replace(self.run.options, selection=step.asked)
        run = dataclasses.replace(self.run, options=asked, parts=step.parts, seed=ground.world.seed)
        run_stages(run, ground, step.narrowing)
        if step.looks_back:
            look_back(run, ground)

    def _again(self, ground: Ground, known: Known) -> None:
        """Do once more what found something."""
        ground = self._newly_named(ground)
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
        seed = self.errand.seed + self.named
        self.named += 1
        return dataclasses.replace(ground, world=msgspec.structs.replace(ground.world, seed=seed))


def _parts_again(known: Known, declared: tuple[str, ...], world_file: Path) -> Iterator[Part]:
    """Yield what is to run again: one scenario, or the requests for one operation, if it was either."""
    if node := next((name for name in (known.check, known.scene) if "::" in name), ""):
        alone = ScenarioOptions(single=True)
        part = scenarios_part(AGAIN, (f"{CHECKOUT}/{node}",), world_file, CHECKOUT, alone)
        yield dataclasses.replace(part, idle=(NONE_COLLECTED, NOT_THERE))
    elif known.suite == "contracts" and known.operation:  # in one shard: the others have nothing to do
        for part in contracts_parts(world_file, declared):
            argv = (*part.argv, "--operation", known.operation)
            stage = f"{AGAIN} {part.stage}"
            yield dataclasses.replace(part, stage=stage, argv=argv, idle=(NOTHING_TO_DO,))

"""The orchestrator's own pen: its event file, and the stages that it opens and closes."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.processes import HarnessError
from reports.record import Note, ScenarioFinished, StageFinished, StageStarted
from reports.run import EventLog, EventTail, now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness.stages.progress import Progress
    from reports.record import Event

SOURCE = "mmm"


@dataclass(slots=True)
class Outcome:
    """What is to be said at a stage's end."""

    summary: str = ""
    problem: str = ""


class Journal:
    """Writes the run's own events and shows everybody's. `heard` counts outcomes by suite.

    `heed` is told what was written, again and again while anything runs; what it raises ends the run.
    """

    def __init__(
        self, run_dir: Path, progress: Progress, heed: Callable[[list[Event]], None] | None = None
    ) -> None:
        self._log = EventLog(run_dir, SOURCE)
        self._tail = EventTail(run_dir)
        self._progress = progress
        self._heed = heed
        self.heard: Counter[str] = Counter()

    def emit(self, event: Event) -> None:
        """Write an event."""
        self._log.emit(event)

    def note(self, text: str) -> None:
        """Write a sentence for the reader."""
        self.emit(Note(at=now(), text=text))

    def catch_up(self) -> None:
        """Show what was written since the last time, by whomever."""
        events = self._tail.new_events()
        self.heard.update(event.suite for event in events if isinstance(event, ScenarioFinished))
        self._progress.show(events)
        if self._heed is not None:
            self._heed(events)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[Outcome]:
        """Open a stage and close it, however it ends."""
        outcome, began = Outcome(), time.monotonic()
        self.emit(StageStarted(at=now(), stage=name))
        self.catch_up()
        try:
            yield outcome
        except BaseException as error:
            outcome.problem = (
                error.line if isinstance(error, HarnessError) else f"{type(error).__name__} {error}"
            )
            raise
        finally:
            self.close_stage(name, time.monotonic() - began, outcome)

    def close_stage(self, name: str, seconds: float, outcome: Outcome) -> None:
        """Write a stage's end."""
        self.emit(
            StageFinished(
                at=now(),
                stage=name,
                seconds=round(seconds, 3),
                summary=outcome.summary,
                problem=outcome.problem,
            )
        )
        self.catch_up()

    def close(self) -> None:
        """Close the file."""
        self._log.close()

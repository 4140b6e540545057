"""What is seen while a run goes on: a live line in a terminal, plain lines anywhere else."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from reports.formats.text import one_line, shortened, showable
from reports.record import (
    Attribution,
    EngineStarted,
    FindingRecorded,
    Note,
    ScenarioFinished,
    StageFinished,
    StageStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console
    from rich.status import Status

    from reports.record import Event

LONGEST = 200
DETAIL = "  "


class Progress:
    """Turns events into lines."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live: Status | None = None
        self._running: dict[str, None] = {}
        self._counts: Counter[str] = Counter()
        self._said: set[str] = set()

    @contextlib.contextmanager
    def live(self) -> Iterator[None]:
        """Keep a live line at the bottom, where there is a terminal."""
        if not self.console.is_terminal:
            yield
            return
        with self.console.status("starting") as self._live:
            yield
        self._live = None

    def show(self, events: Iterable[Event]) -> None:
        """Show what happened."""
        for event in events:
            self._count(event)
            for line in _lines(event):
                if (
                    not line.startswith(DETAIL) or line not in self._said
                ):  # of many alike, the first is enough
                    self.say(line)
                self._said.add(line)
        if self._live is not None and self._running:
            counted = ", ".join(f"{number} {word.replace('_', ' ')}" for word, number in self._counts.items())
            self._live.update(Text(f"{', '.join(self._running)}: {counted or 'begun'}"))

    def say(self, line: str) -> None:
        """Print one line."""
        indent = DETAIL if line.startswith(DETAIL) else ""
        shown = indent + showable(shortened(one_line(line), LONGEST), self.console.encoding)
        self.console.print(Text(shown), soft_wrap=True)

    def _count(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            self._running[event.stage] = None
        elif isinstance(event, StageFinished):
            self._running.pop(event.stage, None)
        elif isinstance(event, ScenarioFinished):
            self._counts[event.outcome] += 1


def _lines(event: Event) -> Iterator[str]:
    if isinstance(event, StageStarted):
        yield f"{event.stage}: started"
    elif isinstance(event, StageFinished):
        said = event.problem or event.summary or "done"
        yield f"{event.stage}: {said} ({event.seconds:.1f} s)"
    elif isinstance(event, EngineStarted) and event.scenario is None:
        yield _ready(event)
    elif isinstance(event, ScenarioFinished) and event.outcome in {"failed", "unknown"}:
        scenario = event.scenario.partition("[")[0]
        yield f"  {event.outcome}: [{', '.join(event.requirements)}] {event.title} ({scenario})"
    elif isinstance(event, FindingRecorded) and event.finding.rule.startswith("preflight"):
        blamed = ", ".join(event.finding.requirements) or event.finding.attribution.value
        if event.finding.attribution is not Attribution.ENVIRONMENT:  # that one is the closing line
            yield f"  found: [{blamed}] {event.finding.title}"
    elif isinstance(event, Note):
        yield f"  note: {event.text}"


def _ready(event: EngineStarted) -> str:
    if event.seconds is None:
        return f"engine ready at {event.url} (attached to)"
    replicas = f", {event.replicas} replicas" if event.replicas > 1 else ""
    return f"engine ready in {event.seconds:.2f} s{replicas}"

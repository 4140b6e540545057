"""A run's events told as one value: what every report is made of.

Rule: nothing is judged here; a run that was killed before it was judged is told as unknown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from reports.record import (
    EngineStarted,
    Event,
    Exchange,
    ExchangeRecorded,
    FaultInjected,
    Finding,
    FindingRecorded,
    LoadMeasured,
    Note,
    ReceiptsCollected,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    StageFinished,
    Status,
    Totals,
    Verdict,
)
from reports.run import RunError, instant, read_events
from reports.run.config import Config, Described, read_config

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_Kind = TypeVar("_Kind", bound=Event)

UNFINISHED = "the run ended before it was judged"


@dataclass(frozen=True)
class Story:
    """One run. Findings with one key are one: the first seen stands for all, `repeats` counts the others."""

    events: tuple[Event, ...]
    started: RunStarted
    config: Config

    @cached_property
    def finished(self) -> RunFinished | None:
        """Return how it was judged, or None."""
        return next(iter(self.all(RunFinished)), None)

    @cached_property
    def exit_code(self) -> int:
        """Return the run's exit code; 4 (unknown) for one that never came to its end."""
        return self.finished.exit_code if self.finished else 4

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return one verdict a requirement, in the register's order."""
        if self.finished is None:
            return tuple(Verdict(name, Status.UNKNOWN, UNFINISHED) for name in self.config.register)
        order = {name: at for at, name in enumerate(self.config.register)}
        return tuple(sorted(self.finished.verdicts, key=lambda each: order.get(each.requirement, len(order))))

    @cached_property
    def totals(self) -> Totals:
        """Return the closing line's numbers."""
        return tally(self.verdicts)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings, each bug once."""
        first: dict[tuple[str, str], Finding] = {}
        for event in self.all(FindingRecorded):
            first.setdefault(event.finding.key, event.finding)
        return tuple(first.values())

    @cached_property
    def repeats(self) -> dict[str, int]:
        """Return how often each finding was seen again, by its id."""
        seen = Counter(event.finding.key for event in self.all(FindingRecorded))
        return {finding.id: seen[finding.key] - 1 for finding in self.findings}

    @cached_property
    def exchanges(self) -> dict[str, Exchange]:
        """Return the exchanges by id, in order."""
        return {event.exchange.id: event.exchange for event in self.all(ExchangeRecorded)}

    @cached_property
    def scenarios(self) -> tuple[ScenarioFinished, ...]:
        """Return the scenarios and checks, by suite and name."""
        return tuple(
            sorted(self.all(ScenarioFinished), key=lambda each: (each.suite, each.scenario, each.at))
        )

    @cached_property
    def stages(self) -> tuple[StageFinished, ...]:
        """Return the stages that ended, in order."""
        return self.all(StageFinished)

    @cached_property
    def engines(self) -> tuple[EngineStarted, ...]:
        """Return the starts of engines, in order."""
        return self.all(EngineStarted)

    @cached_property
    def faults(self) -> tuple[FaultInjected, ...]:
        """Return the faults, in the order in which they were armed."""
        return tuple(sorted(self.all(FaultInjected), key=lambda each: (instant(each.armed_at), each.at)))

    @cached_property
    def loads(self) -> tuple[LoadMeasured, ...]:
        """Return the load measurements, by lane."""
        return tuple(sorted(self.all(LoadMeasured), key=lambda each: (each.lane, each.at)))

    @cached_property
    def receipts(self) -> tuple[str, ...]:
        """Return the receipts that ERIS held, each a line of canonical JSON."""
        return tuple(line for event in self.all(ReceiptsCollected) for line in event.receipts)

    @cached_property
    def chain_problems(self) -> tuple[str, ...] | None:
        """Return what the chain check found, or None when no receipts were ever collected."""
        collected = self.all(ReceiptsCollected)
        return tuple(line for event in collected for line in event.chain_problems) if collected else None

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Return the notes to the reader, each once."""
        return tuple(dict.fromkeys(event.text for event in self.all(Note)))

    @cached_property
    def ends(self) -> dict[str, ScenarioFinished]:
        """Return how each scenario ended, by its name."""
        return {each.scenario: each for each in self.all(ScenarioFinished)}

    @cached_property
    def _recorded(self) -> dict[str, Finding]:
        return {event.finding.id: event.finding for event in self.all(FindingRecorded)}

    def described(self, requirement: str) -> Described:
        """Return what the register says of a requirement."""
        return self.config.register.get(requirement, Described(""))

    def findings_of(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Return the findings that a verdict rests on, each bug once."""
        keys = {self._recorded[name].key for name in verdict.findings if name in self._recorded}
        return tuple(finding for finding in self.findings if finding.key in keys)

    def finding_of(self, scenario: ScenarioFinished) -> Finding | None:
        """Return the finding that a scenario names, if it was recorded."""
        return self._recorded.get(scenario.finding or "")

    def scenarios_of(self, requirement: str) -> tuple[ScenarioFinished, ...]:
        """Return the scenarios that say something of a requirement."""
        return tuple(each for each in self.scenarios if requirement in each.requirements)

    def all(self, kind: type[_Kind]) -> tuple[_Kind, ...]:
        """Return the events of one kind, in order."""
        return tuple(event for event in self.events if isinstance(event, kind))


def read_story(run_dir: Path) -> Story:
    """Read a run directory."""
    return tell(read_events(run_dir), read_config(run_dir))


def tell(events: Iterable[Event], config: Config) -> Story:
    """Make one value of a run's events."""
    told = tuple(events)
    started = next((event for event in told if isinstance(event, RunStarted)), None)
    if started is None:
        raise RunError("not a run: its events never say that it started")
    return Story(told, started, config)


def tally(verdicts: Iterable[Verdict]) -> Totals:
    """Count the verdicts."""
    counted = Counter(verdict.status for verdict in verdicts)
    return Totals(
        verified=counted[Status.VERIFIED],
        violated=counted[Status.VIOLATED],
        not_exercised=counted[Status.NOT_EXERCISED],
        waived=counted[Status.WAIVED],
        unknown=counted[Status.UNKNOWN],
    )

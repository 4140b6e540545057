"""What the events say of one requirement, sorted by what it means for the verdict."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.verdicts.selection import Selection
from reports.record import (
    Attribution,
    Event,
    Finding,
    FindingRecorded,
    LoadMeasured,
    RunStarted,
    ScenarioFinished,
    StageFinished,
    StageStarted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DRAWN = frozenset({"contracts", "history"})
ALL_KINDS = frozenset({"wire", "dependency", "log", "storage", "time", "load"})
STAGE_KINDS = {
    "scenarios": frozenset({"wire", "dependency", "log", "storage", "time"}),
    "contracts": frozenset({"wire"}),
    "corpus": frozenset({"wire"}),
    "resilience": frozenset({"wire", "dependency", "time"}),
    "load": frozenset({"load"}),
    "history": frozenset({"wire", "dependency", "log"}),
    "receipts": frozenset({"dependency"}),
    "consumer": frozenset({"dependency"}),
    "teardown": frozenset(),
}


@dataclass(frozen=True, slots=True)
class BrokenStage:
    """A part of the run that did not end well: what it would have shown is unknown."""

    stage: str
    reason: str

    @property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of evidence that it would have given."""
        name = re.sub(r"-\d+$", "", self.stage)  # one of several processes of one kind
        return STAGE_KINDS.get(name, ALL_KINDS)


@dataclass(slots=True)
class Evidence:
    """All that was seen for one requirement. `doubts` are failures that are not the engine's."""

    findings: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)
    passed: list[ScenarioFinished] = field(default_factory=list)
    failed: list[ScenarioFinished] = field(default_factory=list)
    open: list[ScenarioFinished] = field(default_factory=list)
    unknown: list[ScenarioFinished] = field(default_factory=list)
    idle: list[ScenarioFinished] = field(default_factory=list)

    def scenarios(self) -> tuple[str, ...]:
        """Return every scenario that it rests on, once, in order."""
        every = (*self.passed, *self.failed, *self.open, *self.unknown, *self.idle)
        return tuple(dict.fromkeys(one.scenario for one in every))


@dataclass(frozen=True, slots=True)
class History:
    """A run's events, sorted once."""

    evidence: dict[str, Evidence]
    broken: tuple[BrokenStage, ...]
    selection: Selection
    judged_at: str
    smoke: bool
    findings: tuple[Finding, ...]


def sort_events(events: Sequence[Event]) -> History:
    """Sort a run's events by requirement."""
    findings = {event.finding.id: event.finding for event in events if isinstance(event, FindingRecorded)}
    evidence: defaultdict[str, Evidence] = defaultdict(Evidence)
    for finding in findings.values():
        for requirement in finding.requirements:
            pile = evidence[requirement]
            (pile.findings if finding.attribution is Attribution.ENGINE else pile.doubts).append(finding)
    for event in events:
        if isinstance(event, ScenarioFinished):
            for requirement in event.requirements:
                _pile(evidence[requirement], event, requirement, findings).append(event)
    started = next((event for event in events if isinstance(event, RunStarted)), None)
    measured = [event for event in events if isinstance(event, LoadMeasured)]
    return History(
        evidence=dict(evidence),
        broken=tuple(_broken(events)),
        selection=Selection.from_text(started.selection if started else ""),
        judged_at=started.at if started else "",
        smoke=all(event.smoke for event in measured),
        findings=tuple(findings.values()),
    )


def _pile(
    evidence: Evidence, event: ScenarioFinished, requirement: str, findings: dict[str, Finding]
) -> list[ScenarioFinished]:
    """Return where a scenario belongs; an outcome that nobody knows is unknown, never green.

    A scenario that somebody wrote and that could not be looked at leaves its requirement open. A check that
    takes what there is (cases drawn by chance, a run's history), and found nothing that shows anything, is no
    evidence, for or against.
    """
    if event.suite in DRAWN and event.outcome == "not_exercised":
        return evidence.idle
    if event.outcome == "failed":
        finding = findings.get(event.finding or "")
        blamed_elsewhere = finding is not None and requirement not in finding.requirements
        return evidence.open if blamed_elsewhere else evidence.failed
    piles = {"passed": evidence.passed, "blocked": evidence.open, "not_exercised": evidence.open}
    return piles.get(event.outcome, evidence.unknown)


def _broken(events: Iterable[Event]) -> Iterable[BrokenStage]:
    running: dict[str, None] = {}
    for event in events:
        if isinstance(event, StageStarted):
            running[event.stage] = None
        elif isinstance(event, StageFinished):
            running.pop(event.stage, None)
            if event.problem:
                yield BrokenStage(event.stage, f"{event.stage}: {event.problem}")
    for stage in running:
        yield BrokenStage(stage, f"{stage}: began and never ended")

"""What a hunt's events show: findings with what found them, and whatever keeps us from knowing.

Rule: pure functions of a run's events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from harness.fuzzing.ledger import SUITE as CONTRACTS
from harness.history.judging import PREFIX as HISTORY
from harness.history.judging import SUITE as HISTORY_SUITE
from harness.qualifying.record import Found
from harness.stages.children import NOT_DONE
from reports.formats.text import one_line
from reports.record import (
    Attribution,
    Event,
    ExchangeRecorded,
    Finding,
    FindingRecorded,
    ScenarioFinished,
    StageFinished,
)
from reports.run import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness.qualifying.record import Defect

Kind = TypeVar("Kind")
# What a rule begins with, where no outcome says whose it is.
SUITES = {
    "contract:": CONTRACTS,
    HISTORY: HISTORY_SUITE,
    "receipts": "receipts",
    "consumer": "consumer",
    "preflight": "preflight",
}


def is_right(event: Event, defect: Defect) -> bool:
    """Tell whether an event is a finding that blames the engine for what the defect breaks."""
    return (
        isinstance(event, FindingRecorded)
        and event.finding.attribution is Attribution.ENGINE
        and defect.rightly_blamed(event.finding.requirements)
    )


def found_in(events: Sequence[Event]) -> tuple[Found, ...]:
    """Return the findings that blame the engine, in order: each once for what it is blamed on."""
    scenes = {one.exchange.id: one.exchange.scenario or "" for one in _only(events, ExchangeRecorded)}
    ended = {one.finding: one for one in _only(reversed(events), ScenarioFinished) if one.finding}
    findings: dict[tuple[str, tuple[str, ...]], Finding] = {}
    for one in _only(events, FindingRecorded):
        findings.setdefault((one.finding.id, one.finding.requirements), one.finding)
    return tuple(
        _found(finding, ended.get(finding.id), scenes)
        for finding in findings.values()
        if finding.attribution is Attribution.ENGINE
    )


def late_in(events: Iterable[Event], since: str) -> str:
    """Say which stage was not done in time, if one was not."""
    problems = (f"{stage.stage}: {stage.problem}" for stage in _stages(events, since))
    return next((text for text in problems if f": {NOT_DONE}" in text), "")


def doubts_in(events: Sequence[Event], since: str) -> tuple[str, ...]:
    """Return what keeps us from knowing: stages that broke, checks that crashed, faults of our own."""
    broken = [f"{one.stage}: {one.problem}" for one in _stages(events, since)]
    unknown = [
        f"{one.scenario}: {one.reason}"
        for one in _only(events, ScenarioFinished)
        if one.outcome == "unknown" and _counts(one, since)
    ]
    ours = [
        f"{one.finding.attribution.value}: {one.finding.title}"
        for one in _only(events, FindingRecorded)
        if one.finding.attribution is not Attribution.ENGINE and _counts(one, since)
    ]
    said = [one_line(text) for text in (*ours, *broken, *unknown)]
    return tuple(dict.fromkeys(text for text in said if f": {NOT_DONE}" not in text))


def looked_in(events: Iterable[Event]) -> tuple[str, ...]:
    """Return every scenario and check that really looked, once."""
    ended = _only(events, ScenarioFinished)
    return tuple(sorted({one.scenario for one in ended if one.outcome in {"passed", "failed"}}))


def _only(events: Iterable[Event], kind: type[Kind]) -> Iterator[Kind]:
    return (event for event in events if isinstance(event, kind))


def _stages(events: Iterable[Event], since: str) -> Iterator[StageFinished]:
    return (one for one in _only(events, StageFinished) if one.problem and _counts(one, since))


def _counts(event: Event, since: str) -> bool:
    """Tell whether it is of the whole hunt: what was only a shortcut is made again anyway."""
    return not since or instant(event.at) >= instant(since)


def _found(finding: Finding, ended: ScenarioFinished | None, scenes: dict[str, str]) -> Found:
    scene = scenes.get(finding.exchanges[-1], "") if finding.exchanges else ""
    check = ended.scenario if ended else scene if "::" in scene and not _suite(finding.rule) else finding.rule
    return Found(
        id=finding.id,
        check=check,
        suite=ended.suite if ended else _suite(finding.rule) or _folder(check),
        operation=finding.operation,
        requirements=finding.requirements,
        title=one_line(finding.title),
        scene=scene,
    )


def _suite(rule: str) -> str:
    return next((suite for prefix, suite in SUITES.items() if rule.startswith(prefix)), "")


def _folder(check: str) -> str:
    """Return the folder of a scenario's file, as its suite is called."""
    path = check.partition("::")[0].split("/")
    return path[-2] if len(path) > 1 else ""

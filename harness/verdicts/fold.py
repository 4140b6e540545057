"""From what happened to what is said: a pure function of the register and a run's events.

Rule: nothing is green by accident. A requirement is verified when every kind of evidence in its `shown`
(except `unit`) was exercised and passed, no scenario of it was blocked or left out, and no part of the run
that would have shown it broke.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.verdicts.evidence import Evidence, History, sort_events
from reports.record import Attribution, Event, Status, Totals, Verdict
from reports.story import tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.register import Requirement

VIOLATED, ENVIRONMENT, UNKNOWN = 1, 3, 4
INSIDE_ONLY = "shown only inside an engine, by its own tests"


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody accepts a breach until a day; it covers `violated`, never `unknown`."""

    requirement: str
    who: str
    why: str
    until: dt.date


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts in the register's order, their totals, and how the run exits."""

    verdicts: tuple[Verdict, ...]
    totals: Totals
    exit_code: int


def fold(
    register: Mapping[str, Requirement], events: Sequence[Event], waivers: Sequence[Waiver] = ()
) -> Judgement:
    """Judge a run."""
    history = sort_events(events)
    verdicts = tuple(_verdict(requirement, history, waivers) for requirement in register.values())
    return Judgement(verdicts, tally(verdicts), _exit_code(verdicts, history, register))


def _exit_code(verdicts: tuple[Verdict, ...], history: History, register: Mapping[str, Requirement]) -> int:
    statuses = {verdict.status for verdict in verdicts}
    if any(finding.attribution is Attribution.ENVIRONMENT for finding in history.findings):
        return ENVIRONMENT
    if Status.VIOLATED in statuses:
        return VIOLATED
    blames_nothing = any(
        finding.attribution is Attribution.ENGINE and not register.keys() & set(finding.requirements)
        for finding in history.findings
    )
    return UNKNOWN if Status.UNKNOWN in statuses or blames_nothing else 0


def _verdict(requirement: Requirement, history: History, waivers: Sequence[Waiver]) -> Verdict:
    evidence = history.evidence.get(requirement.id, Evidence())
    wanted = tuple(kind for kind in requirement.shown if kind != "unit")
    seen = {kind for scenario in evidence.passed for kind in scenario.kinds}
    if history.smoke:
        seen.discard("load")
    missing = tuple(kind for kind in wanted if kind not in seen)
    status, reason = _status(requirement.id, evidence, history, wanted, missing)
    if status is Status.VIOLATED and (waiver := _waiver(requirement.id, history, waivers)):
        status, reason = Status.WAIVED, f"{waiver.who} until {waiver.until}: {waiver.why} ({reason})"
    return Verdict(
        requirement=requirement.id,
        status=status,
        reason=reason,
        kinds=tuple(kind for kind in wanted if kind in seen),
        missing=missing,
        scenarios=evidence.scenarios(),
        findings=tuple(finding.id for finding in evidence.findings),
    )


def _status(
    requirement: str, evidence: Evidence, history: History, wanted: tuple[str, ...], missing: tuple[str, ...]
) -> tuple[Status, str]:
    if evidence.findings or evidence.failed:
        return Status.VIOLATED, _breach(evidence)
    if not history.selection.asks_for(requirement):
        return Status.NOT_EXERCISED, "not asked for"
    if doubt := _doubt(evidence, history, wanted):
        return Status.UNKNOWN, doubt
    if not wanted:
        return Status.NOT_EXERCISED, INSIDE_ONLY
    return _unbroken(evidence, history, missing)


def _doubt(evidence: Evidence, history: History, wanted: tuple[str, ...]) -> str:
    """Say why nobody can know, if that is so."""
    for finding in evidence.doubts:
        return f"{finding.attribution.value}: {finding.title}"
    for scenario in evidence.unknown:
        return f"{scenario.title or scenario.scenario}: {scenario.reason or scenario.outcome}"
    return next((stage.reason for stage in history.broken if stage.kinds & set(wanted)), "")


def _unbroken(evidence: Evidence, history: History, missing: tuple[str, ...]) -> tuple[Status, str]:
    """Judge what nothing speaks against: whether enough speaks for it."""
    if evidence.open:
        return Status.NOT_EXERCISED, _open(evidence)
    if missing:
        return (
            Status.NOT_EXERCISED,
            "not all of it was shown" if evidence.passed else "no scenario looked at it",
        )
    if history.selection.partial:
        return Status.NOT_EXERCISED, f"what was asked for passed; the run was narrowed: {_narrowed(history)}"
    return Status.VERIFIED, ""


def _breach(evidence: Evidence) -> str:
    titles = [finding.title for finding in evidence.findings]
    titles += [scenario.title or scenario.scenario for scenario in evidence.failed if not scenario.finding]
    titles = titles or [scenario.title or scenario.scenario for scenario in evidence.failed]
    more = f" (and {len(titles) - 1} more)" if len(titles) > 1 else ""
    return titles[0] + more


def _open(evidence: Evidence) -> str:
    first = evidence.open[0]
    if first.finding:
        return f"blocked by {first.finding}"
    return first.reason or f"{first.title or first.scenario}: {first.outcome.replace('_', ' ')}"


def _narrowed(history: History) -> str:
    return history.selection.as_text()


def _waiver(requirement: str, history: History, waivers: Sequence[Waiver]) -> Waiver | None:
    """Return the waiver that holds on the day of the run."""
    today = dt.datetime.fromisoformat(history.judged_at).date() if history.judged_at else dt.date.max
    return next((one for one in waivers if one.requirement == requirement and today <= one.until), None)

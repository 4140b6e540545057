"""Metrics equal what was sent: what an engine counts by tenant is what that tenant was answered.

Numbers by tenant are compared exactly, for tenants of whom every exchange is recorded and answered; numbers
without a tenant also count what is not in the record, so they must only be as many. What is counted when, and
all that has no name in engine.md 9, is the engine's choice. An address behind which several processes each
tell their own numbers cannot be compared.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.driving.metrics import is_number, samples, written
from harness.history.breach import Breach, Check, Looked
from harness.history.calls import DECIDES, REPORT, member

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.history.calls import Call
    from harness.history.history import History, Numbers
    from harness.history.party import Party

DECISIONS, ACTIONS, OUTCOMES = "mmm_decisions_total", "mmm_actions_total", "mmm_outcomes_total"
TENANT, TYPE, RESULT = "tenant_id", "action_type", "result"
Counts = Counter[tuple[str, str]]


def looks(history: History) -> Looked:
    """Count the tenants whose numbers can be compared."""
    return {"wire": len(_comparable(history))}


def breaches(history: History) -> Iterator[Breach]:
    """Yield every number that is not what was sent."""
    if history.numbers is None:
        return
    if strange := list(_no_numbers(history.numbers)):
        yield from strange
        return
    if not history.numbers.steady:
        return
    decisions, actions = _decisions(history.numbers), _counted(history.numbers, ACTIONS, TENANT, TYPE)
    for party in _comparable(history):
        decided = _decided(party)
        if (told := decisions[(party.tenant, "")]) != len(decided):
            detail = f"{DECISIONS} of tenant {party.tenant} is {told}; {len(decided)} were answered"
            yield Breach(f"{DECISIONS} is not what was answered", detail, _last(party))
        proposed = Counter(str(action.get("type")) for call in decided for action in call.actions)
        mine = {kind: times for (tenant, kind), times in actions.items() if tenant == party.tenant and times}
        if mine != dict(proposed):
            detail = f"{ACTIONS} of tenant {party.tenant} are {_listed(mine)}; proposed: {_listed(proposed)}"
            yield Breach(f"{ACTIONS} are not what was proposed", detail, _last(party))
    yield from _outcomes(history, history.numbers)


def _no_numbers(numbers: Numbers) -> Iterator[Breach]:
    for text in (numbers.before, numbers.after):
        for name in (DECISIONS, ACTIONS, OUTCOMES):
            for _, value in written(text, name):
                if not is_number(value):
                    yield Breach(f"{name} is no number", f"{name} is {value[:40]!r}")


def _outcomes(history: History, numbers: Numbers) -> Iterator[Breach]:
    told = _counted(numbers, OUTCOMES, RESULT)
    seen: dict[str, Call] = {}
    for party in history.shared:
        for call in party.of((REPORT,)):
            if call.done and (identity := member(call.said, "outcome_id")):
                seen.setdefault(str(identity), call)
    sent = Counter(str(member(call.asked, "result")) for call in seen.values())
    for result, times in sent.items():
        if told[(result, "")] < times:
            last = [call for call in seen.values() if member(call.asked, "result") == result][-1]
            detail = f"{OUTCOMES} of result {result} grew by {told[(result, '')]}; {times} were accepted"
            yield Breach(f"{OUTCOMES} is less than what was accepted", detail, last)


def _comparable(history: History) -> list[Party]:
    if history.numbers is None or not history.numbers.steady:
        return []
    return [
        party
        for party in history.shared
        if not party.doubts(DECIDES) and not party.disturbed and any(party.of(DECIDES))
    ]


def _decided(party: Party) -> list[Call]:
    return [call for call in party.of(DECIDES) if call.decision is not None]


def _last(party: Party) -> Call | None:
    """Return the last decide, one that was refused before any other."""
    asked = list(party.of(DECIDES))
    refused = [call for call in asked if call.decision is None]
    return next(iter([*refused[-1:], *asked[-1:]]), None)


def _decisions(numbers: Numbers) -> Counts:
    return _counted(numbers, DECISIONS, TENANT)


def _counted(numbers: Numbers, name: str, *labels: str) -> Counts:
    """Return by how much a metric grew, by one label or two."""
    grown: Counts = Counter()
    for text, sign in ((numbers.after, 1), (numbers.before, -1)):
        for sample in samples(text, name):
            key = [sample.labels.get(label, "") for label in labels]
            grown[(key[0], key[1] if len(key) > 1 else "")] += sign * round(sample.value)
    return grown


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(counts.items())) or "none"


CHECK = Check(
    name="metrics",
    title="The engine's numbers are what was sent to it.",
    requirements=("OB-MMM-01", "FR-15"),
    looks=looks,
    breaches=breaches,
    counts=True,
)

"""No action that the policy service forbade: what it said, and what came.

A snapshot of policy may be a minute old, and where policy did not answer in time, five more; each process
of an engine may hold another. So a rule is broken only if every snapshot that may have been held has it.
Override windows may lift a rule: where an answer has some, nothing is claimed, nor where one was spoilt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.history.breach import Breach, Check, Looked
from harness.history.calls import Call, member, strings
from reports.run import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.control import Entry
    from harness.history.history import History
    from harness.history.party import Party

EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"
STANDARDS = "GET /v1/standards"
# How old a snapshot may be that is used, and what its way and two clocks may add.
OLDEST, SLACK = 360.0, 2.0
OK = 200
TYPES = frozenset({"mirror", "mentor", "multiplier"})
Rule = tuple[str, frozenset[str]]


def looks(history: History) -> Looked:
    """Count the decisions with actions while policy surely forbade something, and what it forbade by."""
    ruled = [rules for _, _, rules in _ruled(history)]
    return {"wire": len(ruled), "dependency": sum(map(len, ruled))} if ruled else {}


def breaches(history: History) -> Iterator[Breach]:
    """Yield every action that was forbidden when it was proposed."""
    for party, call, rules in _ruled(history):
        for operation, never in rules:
            for action in call.actions:
                if str(action.get("type")) in never:
                    detail = f"{operation} forbade {action.get('type')} for tenant {party.tenant}"
                    yield Breach("an action that policy forbade", detail, call)


def _ruled(history: History) -> Iterator[tuple[Party, Call, list[Rule]]]:
    """Yield the decisions with actions while policy surely forbade something, and what."""
    answers = _answers(history)
    for party in history.shared:
        said = [(name, answers.get((party.tenant, name), [])) for name in (EVALUATE, STANDARDS)]
        for call in party.calls:
            if call.actions:
                rules = [(name, never) for name, entries in said if (never := _never(call, entries))]
                if rules:
                    yield party, call, rules


def _never(call: Call, said: list[Entry]) -> frozenset[str]:
    """Return the types that every answer which may have been used for a call forbids."""
    held = [entry for entry in said if call.begun - OLDEST - SLACK <= _at(entry) <= call.ended + SLACK]
    ruled = [forbidden for entry in held if (forbidden := _forbidden(entry)) is not None]
    if not held or len(ruled) < len(held):
        return frozenset()
    return frozenset.intersection(*ruled)


def _forbidden(entry: Entry) -> frozenset[str] | None:
    """Return the types that an answer forbids; None where that is not sure."""
    if entry.status != OK or entry.fault is not None or member(entry.response_body, "override_windows"):
        return None
    parts: list[Any] = [entry.response_body]
    if entry.operation == STANDARDS:
        items = member(entry.response_body, "items")
        parts = items if isinstance(items, list) else []
    forbidden: set[str] = set()
    for part in parts:
        forbidden |= TYPES if member(part, "allowed") is False else set()
        forbidden |= set(strings(member(part, "restrictions")) or ())
    return frozenset(forbidden)


def _answers(history: History) -> dict[tuple[str, str], list[Entry]]:
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in history.journals.get("policy", ()):
        if entry.tenant is not None and entry.operation in {EVALUATE, STANDARDS}:
            found.setdefault((entry.tenant, entry.operation), []).append(entry)
    return found


def _at(entry: Entry) -> float:
    return instant(entry.at).timestamp()


CHECK = Check(
    name="forbidden",
    title="No action was proposed that policy forbade at that moment.",
    requirements=("FR-11",),
    looks=looks,
    breaches=breaches,
)

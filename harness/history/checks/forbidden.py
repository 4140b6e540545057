"""No action that policy forbade: what the policy service and the tenant's own policy said, and what came.

A snapshot of policy may be a minute old, and where policy did not answer in time, five more; each process
of an engine may hold another. So a rule is broken only if every snapshot that may have been held has it.
Override windows may lift a rule: where an answer has some, nothing is claimed, nor where one was spoilt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.history.breach import Breach, Check, Looked
from harness.history.calls import Call, member, strings
from harness.history.standing import in_force
from reports.run import instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fakes.control import Entry
    from harness.history.history import History
    from harness.history.party import Party

EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"
STANDARDS = "GET /v1/standards"
# How old a snapshot may be that is used, and what its way and two clocks may add.
OLDEST, SLACK = 360.0, 2.0
OK = 200
TYPES = frozenset({"mirror", "mentor", "multiplier"})


def looks(history: History) -> Looked:
    """Count the decisions with actions, and what policy said to those who asked for them."""
    decided = sum(bool(call.actions) for party in history.parties for call in party.calls)
    tenants = {party.tenant for party in history.shared}
    said = sum(entry.tenant in tenants for entry in history.journals.get("policy", ()))
    return {"wire": decided, "dependency": said} if decided else {}


def breaches(history: History) -> Iterator[Breach]:
    """Yield every action that was forbidden when it was proposed."""
    for party in history.parties:
        for call in party.calls:
            if call.actions:
                yield from _against_tenant(party, call)
    answers = _answers(history)
    for party in history.shared:
        for operation in (EVALUATE, STANDARDS):
            said = answers.get((party.tenant, operation), [])
            for call in party.calls:
                if call.actions and said:
                    yield from _against_policy(party, call, said, operation)


def _against_tenant(party: Party, call: Call) -> Iterator[Breach]:
    """Yield what the tenant's own policy does not enable."""
    standings = in_force(party, call)
    types = [standing.types for standing in standings]
    surfaces = [standing.surfaces for standing in standings]
    for action in call.actions:
        kind = action.get("type")
        if all(one is not None and kind not in one for one in types):
            detail = f"tenant {party.tenant} has not enabled {kind}"
            yield Breach("a type that the tenant does not enable", detail, call)
        for surface in strings(action.get("surfaces")) or ():
            if all(one is not None and surface not in one for one in surfaces):
                detail = f"tenant {party.tenant} has not enabled {surface}"
                yield Breach("a surface that the tenant does not enable", detail, call)


def _against_policy(party: Party, call: Call, said: Sequence[Entry], operation: str) -> Iterator[Breach]:
    """Yield what every answer that may have been used forbids."""
    held = [entry for entry in said if call.begun - OLDEST - SLACK <= _at(entry) <= call.ended + SLACK]
    ruled = [forbidden for entry in held if (forbidden := _forbidden(entry)) is not None]
    if not held or len(ruled) < len(held):
        return
    never = frozenset.intersection(*ruled)
    for action in call.actions:
        if action.get("type") in never:
            detail = f"{operation} forbade {action.get('type')} for tenant {party.tenant}"
            yield Breach("an action that policy forbade", detail, call)


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
    title="No action was proposed that policy or the tenant forbade at that moment.",
    requirements=("FR-11", "FM-MMM-01"),
    looks=looks,
    breaches=breaches,
)

"""One receipt for each decision, outcome, approval, admin change and erasure: none lost, doubled or unearned.

Looked at is the shared world's ERIS, when nothing is on its way any more. What was never answered may have
left a receipt, or not. A change that changes nothing (a second publish, a PUT of what is there) may leave
one, or not: owed is that of a playbook that was made, published or deleted, and it names the playbook.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.history.breach import Breach, Check, Looked
from harness.history.calls import (
    APPROVE,
    CREATE,
    DECIDES,
    DEPRECATE,
    ERASE,
    EXPERIMENTS,
    POLICY,
    PREFERENCES,
    PUBLISH,
    REPORT,
    SNOOZE,
    UPDATE,
    Call,
    member,
)
from reports.run import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.history.history import History
    from harness.history.party import Party

DECISION, OUTCOME, APPROVAL, ADMIN, ERASURE = "decision", "outcome", "approval", "admin", "erasure"
OPERATIONS = {
    DECISION: DECIDES,
    OUTCOME: frozenset({REPORT}),
    APPROVAL: frozenset({APPROVE}),
    ADMIN: frozenset({CREATE, UPDATE, PUBLISH, DEPRECATE, POLICY, PREFERENCES, SNOOZE}) | EXPERIMENTS,
    ERASURE: frozenset({ERASE}),
}
# Kinds whose receipts name what they are about, and by which id.
NAMED = {DECISION: "decision_id", OUTCOME: "outcome_id"}


def looks(history: History) -> Looked:
    """Count what must have left a receipt, and the receipts."""
    if history.receipts is None:
        return {}
    earned = sum(len(_earned(party, kind)) for party in history.shared for kind in OPERATIONS)
    return {"wire": earned, "dependency": len(history.receipts)} if earned else {}


def breaches(history: History) -> Iterator[Breach]:
    """Yield every receipt that is missing, double or too many."""
    if history.receipts is None:
        return
    yield from _doubled(history.receipts, history.shared)
    by_tenant: dict[str, list[Mapping[str, Any]]] = {}
    for receipt in history.receipts:
        by_tenant.setdefault(str(receipt.get("tenant_id")), []).append(receipt)
    for party in history.shared:
        held = by_tenant.get(party.tenant, [])
        if history.settled:
            yield from lost(party, held)
        recent = [receipt for receipt in held if _since(receipt, history.since)]
        yield from _unearned(party, recent)


def lost(party: Party, held: Iterable[Mapping[str, Any]]) -> Iterator[Breach]:
    """Yield what a tenant did that has no receipt among these; nothing where ERIS was told to misbehave."""
    if party.disturbed or party.scripted("eris"):
        return
    kinds = _by_kind(held)
    for kind, name in NAMED.items():
        ids, nameless = _named(kinds.get(kind, []), name)
        missing = [call for call in _earned(party, kind) if _id(call, kind) not in ids]
        for call in missing[nameless:]:
            yield Breach(f"no receipt of {_a(kind)}", f"{kind} {_id(call, kind)} has none", call)
    changes = [json.dumps(receipt) for receipt in kinds.get(ADMIN, [])]
    for about, sure in _changes(party).items():
        yield from _too_few(party, ADMIN, sure, sum(about in change for change in changes))
    yield from _too_few(party, APPROVAL, _approvals(party), len(kinds.get(APPROVAL, [])))
    yield from _too_few(party, ERASURE, _erasures(party), len(kinds.get(ERASURE, [])))


def _too_few(party: Party, kind: str, owed: list[Call], found: int) -> Iterator[Breach]:
    if found < len(owed):
        detail = f"tenant {party.tenant}: {found} receipts of kind {kind}, and {len(owed)} are owed"
        yield Breach(f"no receipt of {_a(kind)}", detail, owed[found])


def _unearned(party: Party, held: Iterable[Mapping[str, Any]]) -> Iterator[Breach]:
    """Yield receipts beyond what a tenant can have done."""
    kinds = _by_kind(held)
    for kind, operations in OPERATIONS.items():
        done, receipts = _earned(party, kind), kinds.get(kind, [])
        if kind in NAMED:
            ids, nameless = _named(receipts, NAMED[kind])
            known = {_id(call, kind) for call in done}
            too_many = len(ids - known) + max(0, nameless - len(known - ids))
        else:
            too_many = len(receipts) - len(done)
        if too_many > party.doubts(operations):
            detail = f"tenant {party.tenant}: {too_many} receipts of kind {kind} beyond what was done"
            yield Breach(f"a receipt of {_a(kind)} that never was", detail, _last(party, operations))


def _doubled(receipts: Iterable[Mapping[str, Any]], parties: Iterable[Party]) -> Iterator[Breach]:
    """Yield each decision and outcome, whoever's, that several receipts are about."""
    kinds = _by_kind(receipts)
    for kind, name in NAMED.items():
        about = Counter(str(one) for one in _names(kinds.get(kind, []), name) if one is not None)
        for identity, times in about.items():
            if times > 1:
                detail = f"{kind} {identity} has {times} receipts"
                yield Breach(f"several receipts of one {kind}", detail, _whose(identity, kind, parties))


def _earned(party: Party, kind: str) -> list[Call]:
    """Return the calls that did something which may leave a receipt of this kind, each thing once."""
    calls = [call for call in party.of(OPERATIONS[kind]) if call.done]
    if kind == ADMIN:
        return [call for call in calls if not _own_preferences(call)]
    if kind not in NAMED:
        return calls
    once = {_id(call, kind): call for call in reversed(calls) if _id(call, kind)}
    return list(reversed(once.values()))


def _approvals(party: Party) -> list[Call]:
    """Return the approvals that surely were one each: every step of an action once."""
    steps = {
        (call.params.get("action_id"), str(member(call.said, "status"))): call
        for call in _earned(party, APPROVAL)
    }
    return list(steps.values())


def _changes(party: Party) -> dict[str, list[Call]]:
    """Return the changes that surely were some: of each playbook that it was made, published, deleted."""
    first: dict[str, dict[str, Call]] = {}
    for call in _earned(party, ADMIN):
        if call.operation == CREATE:
            first.setdefault(str(member(call.said, "playbook_id")), {})[CREATE] = call
        elif call.operation in {PUBLISH, DEPRECATE} and call.params["playbook_id"] in first:
            first[call.params["playbook_id"]].setdefault(call.operation, call)
    return {playbook: list(calls.values()) for playbook, calls in first.items()}


def _erasures(party: Party) -> list[Call]:
    """Return the erasures of somebody of whom there was something to be erased."""
    decided = {str(call.decision.get("actor_id")) for call in party.calls if call.decision}
    erased: dict[str, Call] = {}
    for call in _earned(party, ERASURE):
        actor = call.params.get("actor_id", "")
        if actor in decided:
            erased.setdefault(actor, call)
    return list(erased.values())


def _own_preferences(call: Call) -> bool:
    person = call.caller
    own = person is not None and call.params.get("actor_id") == person.sub
    return call.operation in {PREFERENCES, SNOOZE} and own


def _id(call: Call, kind: str) -> str:
    return call.decision_id if kind == DECISION else str(member(call.said, "outcome_id") or "")


def _by_kind(receipts: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for receipt in receipts:
        kinds.setdefault(str(member(receipt, "inputs", "kind")), []).append(receipt)
    return kinds


def _names(receipts: Iterable[Mapping[str, Any]], name: str) -> list[object]:
    return [member(receipt, "inputs", name) for receipt in receipts]


def _named(receipts: list[Mapping[str, Any]], name: str) -> tuple[set[str], int]:
    """Return the ids that receipts name, and how many name none."""
    names = _names(receipts, name)
    return {str(one) for one in names if one is not None}, sum(one is None for one in names)


def _since(receipt: Mapping[str, Any], since: str) -> bool:
    """Tell whether a receipt was made in this run: an engine that was there before may bring older ones."""
    try:
        return not since or instant(str(receipt.get("timestamp_utc"))) >= instant(since)
    except ValueError:
        return True


def _whose(identity: str, kind: str, parties: Iterable[Party]) -> Call | None:
    calls = (call for party in parties for call in _earned(party, kind))
    return next((call for call in calls if _id(call, kind) == identity), None)


def _last(party: Party, operations: frozenset[str]) -> Call | None:
    """Return the call that is likeliest to blame: the last that was refused, else the last."""
    calls = list(party.of(operations))
    refused = [call for call in calls if not call.done]
    return next(iter([*refused[-1:], *calls[-1:], *party.calls[-1:]]), None)


def _a(kind: str) -> str:
    return {DECISION: "a decision", OUTCOME: "an outcome", ADMIN: "an admin's change"}.get(kind, f"an {kind}")


CHECK = Check(
    name="receipts",
    title="Every decision, outcome, approval and admin change of the run has exactly one receipt.",
    requirements=("FR-12",),
    looks=looks,
    breaches=breaches,
    counts=True,
)

"""No id in two tenants: what the engine has given one tenant, it gives to no other.

Compared within one world: an engine may count anew where its database is new. An id that a tenant has said
itself may come back to it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeGuard

from harness.driving.answers import flat
from harness.driving.shapes import CANONICAL
from harness.history.breach import Breach, Check, Looked
from harness.history.calls import POLICY, PREFERENCES, SNOOZE
from harness.history.history import SHARED
from harness.history.party import runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.history.calls import Call
    from harness.history.history import History
    from harness.history.party import Party

OF_ANY_ANSWER = frozenset(
    {
        "decision_id",
        "action_id",
        "playbook_id",
        "outcome_id",
        "approval_id",
        "experiment_id",
    }
)
# What stands for "nothing was written yet" may be the same for everybody.
OF_WHAT_WAS_WRITTEN = {POLICY: "policy_id", PREFERENCES: "preference_id", SNOOZE: "preference_id"}


def looks(history: History) -> Looked:
    """Count the ids that tenants were given, where there are two tenants at least."""
    given = [len(list(_given(party))) for party in history.parties]
    if sum(times > 0 for times in given) < 2:  # noqa: PLR2004 - there must be another
        return {}
    return {"wire": sum(given), "dependency": len(history.receipts or ())}


def breaches(history: History) -> Iterator[Breach]:
    """Yield each id that a second tenant was given."""
    owners: defaultdict[tuple[str, str], dict[str, Call]] = defaultdict(dict)
    for party in history.parties:
        for identity, call in _given(party):
            owners[(party.world, identity)].setdefault(party.tenant, call)
    for (_, identity), known in owners.items():
        if len(known) > 1:
            last = list(known.values())[-1]
            yield Breach("one id in two tenants", f"{identity} was given to {', '.join(known)}", last)
    for receipt in history.receipts or ():
        tenant = str(receipt.get("tenant_id"))
        for _, value in flat([receipt.get("inputs"), receipt.get("result")]):
            known = owners.get((SHARED, value), {}) if isinstance(value, str) else {}
            if known and tenant not in known:
                detail = f"{value} is in a receipt of tenant {tenant}, and was given to {', '.join(known)}"
                yield Breach("an id in another tenant's receipt", detail, next(iter(known.values())))


def _given(party: Party) -> Iterator[tuple[str, Call]]:
    """Yield the ids that a tenant was given, and had not said itself before."""
    said: set[str] = set()
    for call in party.calls:
        said.update(runs(f"{call.exchange.url} {call.exchange.request.body}"))
        if call.done:
            names = OF_ANY_ANSWER | {OF_WHAT_WAS_WRITTEN.get(call.operation, "")}
            for path, value in flat(call.said):
                if path.rpartition("/")[2] in names and _is_id(value) and not said.issuperset(runs(value)):
                    yield value, call


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and CANONICAL.fullmatch(value) is not None


CHECK = Check(
    name="ids",
    title="No id of one tenant is ever given to another.",
    requirements=("NFR-5",),
    looks=looks,
    breaches=breaches,
)

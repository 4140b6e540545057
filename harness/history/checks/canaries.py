"""No canary of one tenant in any byte that another sees, or that a dependency is told on the other's behalf.

A canary is a name that the run drew for one tenant alone: its id and its people's ids, where they are drawn,
and the words that scenarios put where they look for them. What a tenant has said itself, or a script was to
tell it, it may see.
`/metrics` is left out, where tenants' ids are labels by design.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from harness.driving.names import CANARY, spelled_out
from harness.history.breach import Breach, Check, Looked
from harness.history.party import runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fakes.control import Entry
    from harness.history.calls import Call
    from harness.history.history import History
    from harness.history.party import Party

_WORD = re.compile(CANARY + "[a-z0-9]{16}")
METRICS = "GET /metrics"


def looks(history: History) -> Looked:
    """Count the answers, and the requests to dependencies, that another tenant's canaries could be in."""
    owners = {party.tenant for party in history.parties if any(_canaries(party))}
    seen = sum(len(party.calls) for party in history.parties if owners - {party.tenant})
    tenants = {party.tenant for party in history.shared if owners - {party.tenant}}
    told = sum(entry.tenant in tenants for entries in history.journals.values() for entry in entries)
    told += sum(receipt.get("tenant_id") in tenants for receipt in history.receipts or ())
    return {"wire": seen, "dependency": told} if seen else {}


def breaches(history: History) -> Iterator[Breach]:
    """Yield every canary that was seen where it does not belong."""
    canaries = _Canaries(history.parties)
    for party in history.parties:
        for call in party.calls:
            if call.operation != METRICS:
                for canary, owner in canaries.of_others(_seen(call), party):
                    detail = f"{canary}, of tenant {owner}, was answered to tenant {party.tenant}"
                    yield Breach("another tenant's canary in an answer", detail, call)
    parties = {party.tenant: party for party in history.shared}
    for name, tenant, text in _told(history):
        if tenant in parties:
            for canary, owner in canaries.of_others(text, parties[tenant]):
                detail = f"{canary}, of tenant {owner}, was told to {name} for tenant {tenant}"
                what = f"another tenant's canary in what {name} is told"
                yield Breach(what, detail, parties[tenant].calls[-1])


class _Canaries:
    """Who has which canary, found by the drawn end of it. One that two tenants share is nobody's."""

    def __init__(self, parties: Iterable[Party]) -> None:
        owners: defaultdict[str, set[str]] = defaultdict(set)
        for party in parties:
            for canary in _canaries(party):
                owners[canary].add(party.tenant)
        self._by_end: dict[str, list[tuple[str, str]]] = {}
        for canary, tenants in owners.items():
            if len(tenants) == 1:
                self._by_end.setdefault(runs(canary)[-1], []).append((canary, next(iter(tenants))))

    def of_others(self, text: str, party: Party) -> Iterator[tuple[str, str]]:
        """Yield the canaries of other tenants in a text that a party may see, with their owners."""
        for end in dict.fromkeys(runs(text)):
            for canary, owner in self._by_end.get(end, ()):
                if owner != party.tenant and end not in party.knows and canary in text:
                    yield canary, owner


def is_drawn(name: str) -> bool:
    """Tell whether a name is surely nobody else's, by a digit in its last long run: "acme" may be anywhere.

    >>> is_drawn("anna.ab12cd34ef"), is_drawn("healthcheck"), is_drawn("smoke-test-2")
    (True, False, False)
    """
    found = runs(name)
    return bool(found) and any(each.isdigit() for each in found[-1])


def _canaries(party: Party) -> Iterator[str]:
    people = {call.caller.sub for call in party.calls if call.caller is not None}
    yield from (name for name in (party.tenant, *sorted(people)) if is_drawn(name))
    for call in party.calls:
        yield from _WORD.findall(call.exchange.request.body)


def _seen(call: Call) -> str:
    answer = call.exchange.response
    if answer is None:
        return ""
    return "\n".join([*(f"{name}: {spelled_out(value)}" for name, value in answer.headers), answer.body])


def _told(history: History) -> Iterator[tuple[str, str, str]]:
    """Yield what the shared world's dependencies were told, and for whom: requests, and receipts."""
    for name, entries in history.journals.items():
        yield from ((name, entry.tenant or "", _text(entry)) for entry in entries)
    for receipt in history.receipts or ():
        yield "eris", str(receipt.get("tenant_id")), json.dumps(receipt, ensure_ascii=False)


def _text(entry: Entry) -> str:
    body = entry.request_body
    said = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    headers = " ".join(entry.request_headers.values())
    return f"{spelled_out(f'{entry.path}?{entry.query}')} {headers} {said}"


CHECK = Check(
    name="canaries",
    title="Nothing of one tenant is in any byte that another sees.",
    requirements=("NFR-5",),
    looks=looks,
    breaches=breaches,
)

"""Whether the engine keeps its dependencies' contracts: what a world's fakes refused, as findings.

Rules: one finding for each way to break each operation, whoever sent it however often, with the first such
request as its exchange; it is blamed on the requirement that this dependency is there for. A request that
never became whole broke nothing: its sender may have been killed on purpose.
Each world is asked before it goes: the shared one at the end of a run, another with its scenario.
"""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from fakes.control import FakeControl
from reports.record import Exchange, ExchangeRecorded, Finding, FindingRecorded, Message
from reports.redaction import redact
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fakes.control import Breach, Entry
    from reports.record import Event

_NO_REQUEST = "http"
BLAMED = {
    "iam": "NFR-7",
    "eris": "FR-12",
    "policy": "FR-11",
    "llm": "FR-5",
    "ubi": "FR-2",
    "governance": "FR-2",
    "alerting": "FR-8",
    "otlp": "FR-15",
}


async def collect_breaches(
    fakes: Mapping[str, str], emit: Callable[[Event], None], *, seed: int, world: str = ""
) -> str:
    """Tell how the engine's requests broke the fakes' contracts; return the stage's summary.

    `world` tells the exchanges of one world from those of another ("" is the shared one).
    """
    found = 0
    for name in [name for name in BLAMED if name in fakes]:
        async with FakeControl(name, fakes[name]) as control:
            violations = await control.violations()
            breaches = consumer_findings(name, fakes[name], violations, seed=seed, world=world)
        for finding, exchange in breaches:
            emit(ExchangeRecorded(at=exchange.at, exchange=exchange))
            emit(FindingRecorded(at=now(), finding=finding))
        found += len(breaches)
    return f"{found} ways to break a dependency's contract" if found else "every request kept its contract"


def consumer_findings(
    name: str, url: str, entries: Iterable[Entry], *, seed: int, world: str = ""
) -> list[tuple[Finding, Exchange]]:
    """Return a finding, and how it was seen, for each operation of a fake and each rule that was broken."""
    groups: dict[tuple[str, str], list[tuple[Entry, Breach]]] = {}
    for entry in entries:
        for breach in entry.violations:
            if breach.rule == _NO_REQUEST and entry.status == HTTPStatus.REQUEST_TIMEOUT:
                continue
            groups.setdefault((entry.operation or entry.method, breach.rule), []).append((entry, breach))
    told = []
    for broken, group in groups.items():
        exchange = _exchange(name, url, group[0][0], world)
        told.append((_finding(name, broken, group, exchange=exchange.id, seed=seed), exchange))
    return told


def _finding(
    name: str, broken: tuple[str, str], group: list[tuple[Entry, Breach]], *, exchange: str, seed: int
) -> Finding:
    operation, rule = broken
    entry, breach = group[0]
    requests = len({entry.seq for entry, _ in group})
    key = f"consumer contract of {name}: {rule}"
    return Finding(
        id="F-" + hashlib.sha256(f"{key}\n{operation}".encode()).hexdigest()[:10],
        rule=key,
        operation=operation,
        requirements=(BLAMED[name],),
        title=f"The engine's requests to {name} break its contract.",
        detail=f"{breach.pointer or entry.path}: {breach.message} (requests like this: {requests})",
        exchanges=(exchange,),
        seed=seed,
    )


def _exchange(name: str, url: str, entry: Entry, world: str) -> Exchange:
    """Return a journaled request and its answer; the journal shows no secret, and no header of an answer."""
    query = f"?{entry.query}" if entry.query else ""
    headers = tuple((header, redact(text)) for header, text in entry.request_headers.items())
    answered = entry.status is not None
    return Exchange(
        id="-".join(filter(None, ("consumer", world, name, str(entry.seq)))),
        at=entry.at,
        side=name,
        method=entry.method,
        url=redact(f"{url}{entry.path}{query}"),
        request=Message(headers, _body(entry.request_body)),
        status=entry.status,
        response=Message((), _body(entry.response_body)) if answered else None,
        error=None if answered else "no answer",
    )


def _body(value: object) -> str:
    if value is None:
        return ""
    return redact(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))

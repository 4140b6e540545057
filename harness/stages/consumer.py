"""Whether the engine keeps its dependencies' contracts: what the shared world's fakes refused, as findings.

Rule: one finding for each way to break each operation, whoever sent it however often; it is blamed on the
requirement that this dependency is there for.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from fakes.control import FakeControl
from reports.record import Finding, FindingRecorded
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fakes.control import Breach, Entry
    from reports.record import Event

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


async def collect_breaches(fakes: Mapping[str, str], emit: Callable[[Event], None]) -> str:
    """Tell how the engine's requests broke the fakes' contracts; return the stage's summary."""
    found = 0
    for name in [name for name in BLAMED if name in fakes]:
        async with FakeControl(name, fakes[name]) as control:
            findings = consumer_findings(name, await control.violations())
        for finding in findings:
            emit(FindingRecorded(at=now(), finding=finding))
        found += len(findings)
    return f"{found} ways to break a dependency's contract" if found else "every request kept its contract"


def consumer_findings(name: str, entries: Iterable[Entry]) -> list[Finding]:
    """Return a finding for each operation of a fake and each rule of its contract that was broken."""
    groups: dict[tuple[str, str], list[tuple[Entry, Breach]]] = {}
    for entry in entries:
        for breach in entry.violations:
            groups.setdefault((entry.operation or entry.method, breach.rule), []).append((entry, breach))
    return [_finding(name, operation, rule, group) for (operation, rule), group in groups.items()]


def _finding(name: str, operation: str, rule: str, group: list[tuple[Entry, Breach]]) -> Finding:
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
    )

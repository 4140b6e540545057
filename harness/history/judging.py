"""From a history to what is said of it: an outcome for each check, a finding for each kind of breach.

Rule: pure; a check with nothing to look at is not exercised; one that crashes is unknown, and so is one that
counts where the record may not be whole.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from harness.driving.curl import curl_line
from harness.history.catalogue import CHECKS
from harness.history.history import is_whole
from reports.record import Event, Exchange, Finding, FindingRecorded, ScenarioFinished
from reports.redaction import redact
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.history.breach import Breach, Check
    from harness.history.history import History

SUITE = "history"
PREFIX = f"{SUITE}: "


def judge_history(history: History, seed: int, checks: Iterable[Check] = CHECKS) -> Iterator[Event]:
    """Yield the findings and the outcome of each check."""
    for check in checks:
        began = time.monotonic()
        if check.counts and history.cut:
            said = f"the record may not be whole: {history.cut}"
            yield _finished(check, "unknown", began, reason=said)
            continue
        try:
            looked = {kind: times for kind, times in check.looks(history).items() if times}
            findings = list(_findings(check, history, seed))
        except Exception as error:  # noqa: BLE001 - a check that raises is unknown, whatever it raised
            said = redact(f"the check itself crashed: {type(error).__name__}: {error}")
            yield _finished(check, "unknown", began, reason=said)
            continue
        yield from (FindingRecorded(at=now(), finding=finding) for finding in findings)
        if findings:
            first = findings[0]
            yield _finished(check, "failed", began, looked=looked, reason=first.detail, finding=first.id)
        elif looked:
            yield _finished(check, "passed", began, looked=looked)
        else:
            yield _finished(check, "not_exercised", began, reason="there was nothing to look at")


def _finished(
    check: Check,
    outcome: str,
    began: float,
    *,
    looked: dict[str, int] | None = None,
    reason: str = "",
    finding: str | None = None,
) -> ScenarioFinished:
    seen = looked or {}
    return ScenarioFinished(
        at=now(),
        scenario=PREFIX + check.name,
        suite=SUITE,
        title=check.title,
        requirements=check.requirements,
        outcome=outcome,
        seconds=round(time.monotonic() - began, 3),
        kinds=tuple(sorted(seen)),
        reason=reason,
        finding=finding,
        exchanges=seen.get("wire", 0),
    )


def _findings(check: Check, history: History, seed: int) -> Iterator[Finding]:
    """Yield a finding for each kind of breach on each operation, with the first of its kind as evidence."""
    groups: dict[tuple[str, str], list[Breach]] = {}
    for breach in check.breaches(history):
        operation = breach.call.operation if breach.call else ""
        groups.setdefault((breach.what, operation), []).append(breach)
    for (what, operation), group in groups.items():
        first = group[0]
        exchange = first.call.exchange if first.call else None
        more = f" (like this: {len(group)})" if len(group) > 1 else ""
        rule = f"{PREFIX}{check.name}: {what}"
        yield Finding(
            id="F-" + hashlib.sha256(f"{rule}\n{operation}".encode()).hexdigest()[:10],
            rule=rule,
            operation=operation,
            requirements=check.requirements,
            title=f"Over the whole run: {what}.",
            detail=redact(first.detail + more),
            exchanges=() if exchange is None else _until(history, exchange),
            curl="" if exchange is None else curl_line(exchange),
            seed=seed,
        )


def _until(history: History, last: Exchange) -> tuple[str, ...]:
    """Return what its scenario did up to an exchange, which is what a replay repeats."""
    if not is_whole(last):
        return (last.id,)
    mine = [one.id for one in history.exchanges if one.scenario == last.scenario]
    return tuple(mine[: mine.index(last.id) + 1])

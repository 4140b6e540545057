"""Counting receipts by what they have in common.

Rule: pure; a group without a receipt is none, and groups come in the order of their keys.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from typing import TYPE_CHECKING, Any

import msgspec

from fakes.eris.moments import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fakes.eris.store import Deposit


class _Decision(msgspec.Struct):
    status: str


class _Actor(msgspec.Struct):
    type: str


class _Facts(msgspec.Struct):
    """What of a receipt is counted by."""

    timestamp_utc: str
    gate_id: str
    module_id: str
    decision: _Decision
    actor: _Actor


DIMENSIONS: Mapping[str, Callable[[_Facts], str]] = {
    "status": lambda facts: facts.decision.status,
    "day": lambda facts: moment(facts.timestamp_utc).astimezone(UTC).date().isoformat(),
    "gate": lambda facts: facts.gate_id,
    "module": lambda facts: facts.module_id,
    "actor_type": lambda facts: facts.actor.type,
}
_facts = msgspec.json.Decoder(_Facts).decode


def aggregate(deposits: Iterable[Deposit], group_by: Sequence[str]) -> list[dict[str, Any]]:
    """Return `[{key{}, count}]`."""
    read = [DIMENSIONS[name] for name in group_by]
    counts: Counter[tuple[str, ...]] = Counter()
    for deposit in deposits:
        facts = _facts(deposit.text)
        counts[tuple(dimension(facts) for dimension in read)] += 1
    return [
        {"key": dict(zip(group_by, values, strict=True)), "count": count}
        for values, count in sorted(counts.items())
    ]

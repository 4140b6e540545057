"""Whether a stretch of a chain is whole.

Rule: a pure function over what is kept; every hash is computed again.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fakes.eris.canonical import Canonical
from fakes.eris.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fakes.records import Kept

_GENESIS = "0" * 64


def verify_range(chain: Sequence[Kept], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return `{valid, checked, gaps[], mismatches[]}`; the ends asked for are inclusive."""
    stretch = [kept for kept in chain if _asked_for(kept, asked)]
    gaps = [number for before, after in pairwise(stretch) for number in _between(before, after)]
    before = {kept.meta.sequence: kept for kept in chain}
    mismatches = [
        {"receipt_id": kept.receipt["receipt_id"], "sequence": kept.meta.sequence, "reason": reason}
        for kept in stretch
        for reason in _wrong(kept, before.get(kept.meta.sequence - 1))
    ]
    return {
        "valid": not gaps and not mismatches,
        "checked": len(stretch),
        "gaps": gaps,
        "mismatches": mismatches,
    }


def _asked_for(kept: Kept, asked: Mapping[str, Any]) -> bool:
    sequence = kept.meta.sequence
    if not asked.get("from_sequence", sequence) <= sequence <= asked.get("to_sequence", sequence):
        return False
    stamp = kept.receipt["timestamp_utc"]
    start, end = asked.get("from_timestamp", stamp), asked.get("to_timestamp", stamp)
    return moment(start) <= moment(stamp) <= moment(end)


def _between(before: Kept, after: Kept) -> range:
    return range(before.meta.sequence + 1, after.meta.sequence)


def _wrong(kept: Kept, before: Kept | None) -> Iterator[str]:
    if Canonical.of(kept.receipt).digest != kept.meta.hash:
        yield "the hash is not the receipt's"
    if before is None and kept.meta.sequence == 1 and kept.meta.prev_hash != _GENESIS:
        yield "the first receipt's prev_hash is not 64 zeros"
    if before is not None and kept.meta.prev_hash != before.meta.hash:
        yield "prev_hash is not the hash before it"

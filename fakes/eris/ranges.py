"""Whether a stretch of a chain is whole.

Rule: a pure function over what is kept; every hash is computed again. A gap is a number that the chain has
given and has no link for, at the chain's ends, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.eris.canonical import Canonical
from fakes.eris.moments import within
from fakes.eris.store import GENESIS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fakes.eris.store import Chain, Deposit


def stretch_of(chain: Chain, asked: Mapping[str, Any]) -> list[Deposit]:
    """Return the links that are asked for; the ends are inclusive."""
    first, last = asked.get("from_sequence", 0), asked.get("to_sequence", chain.length)
    stretch = [link for link in chain.links if first <= link.sequence <= last]
    start, end = asked.get("from_timestamp"), asked.get("to_timestamp")
    if start is None and end is None:
        return stretch
    fits = within(start, end, end_inclusive=True)
    return [link for link in stretch if fits(link.text)]


def verify_range(chain: Chain, stretch: Sequence[Deposit], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return `{valid, checked, gaps[], mismatches[]}`."""
    present = {link.sequence: link for link in chain.links}
    gaps = [number for number in _numbers(chain, stretch, asked) if number not in present]
    mismatches = [
        {"receipt_id": link.receipt_id, "sequence": link.sequence, "reason": reason}
        for link in stretch
        for reason in _wrong(link, present.get(link.sequence - 1))
    ]
    return {
        "valid": not gaps and not mismatches,
        "checked": len(stretch),
        "gaps": gaps,
        "mismatches": mismatches,
    }


def _numbers(chain: Chain, stretch: Sequence[Deposit], asked: Mapping[str, Any]) -> range:
    """Return the numbers asked for; an end that is a time is as far as the last link found.

    Nothing says when a link that is missing was made, so that beyond that none can be missed.
    """
    first = max(1, int(asked.get("from_sequence", 1)))
    last = min(chain.length, int(asked.get("to_sequence", chain.length)))
    if "from_timestamp" in asked:
        first = max(first, stretch[0].sequence if stretch else last + 1)
    if "to_timestamp" in asked:
        last = min(last, stretch[-1].sequence if stretch else first - 1)
    return range(first, last + 1)


def _wrong(link: Deposit, before: Deposit | None) -> Iterator[str]:
    if Canonical(link.receipt()).digest != link.digest:
        yield "the hash is not the receipt's"
    if link.sequence == 1 and link.before != GENESIS:
        yield "the first receipt's prev_hash is not 64 zeros"
    if before is not None and link.before != before.digest:
        yield "prev_hash is not the hash before it"

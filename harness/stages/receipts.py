"""What ERIS holds at the end: collected for the pack, its chains checked by our own computation."""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec
import rfc8785

from fakes.control import ErisControl
from harness.driving.answers import Object
from harness.driving.receipts import Receipt, chain_problems
from reports.record import Attribution, Finding, FindingRecorded, Note, ReceiptsCollected
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fakes.control import DeadLetter, Kept
    from reports.record import Event

REASONS = 3


async def collect_receipts(eris: str, emit: Callable[[Event], None]) -> str:
    """Tell what ERIS holds, and what is wrong with it; return the stage's summary."""
    async with ErisControl("eris", eris) as control:
        stored = await control.receipts()
    kept = sorted(stored.receipts, key=lambda one: (one.meta.chain_id, one.meta.sequence))
    problems = tuple(_broken_chains(kept))
    lines = tuple(rfc8785.dumps(one.receipt).decode() for one in kept)
    emit(ReceiptsCollected(at=now(), receipts=lines, chain_problems=problems))
    if problems:
        emit(
            _finding(
                "chain", "The chain of receipts is not intact.", "; ".join(problems), Attribution.DEPENDENCY
            )
        )
    unsigned = [one for one in kept if one.meta.signature_verification_status != "verified"]
    if unsigned:
        title = f"{len(unsigned)} of {len(kept)} receipts have no valid signature."
        emit(_finding("signatures", title, f"the first is {unsigned[0].receipt.get('receipt_id')}"))
    if stored.dead_letters:
        emit(Note(at=now(), text=_rejected(stored.dead_letters)))
    chains = len({one.meta.chain_id for one in kept})
    return f"{len(kept)} receipts in {chains} chains, {'intact' if not problems else 'BROKEN'}"


def _broken_chains(kept: Iterable[Kept]) -> Iterable[str]:
    for chain, links in groupby(kept, key=lambda one: one.meta.chain_id):
        receipts = [Receipt(one.receipt, Object(msgspec.to_builtins(one.meta), "meta")) for one in links]
        yield from (f"{chain}: {problem}" for problem in chain_problems(receipts))


def _rejected(letters: tuple[DeadLetter, ...]) -> str:
    reasons = list(dict.fromkeys(letter.reason for letter in letters))
    more = f" and {len(reasons) - REASONS} more reasons" if len(reasons) > REASONS else ""
    return f"ERIS refused {len(letters)} receipts of the engine: {'; '.join(reasons[:REASONS])}{more}"


def _finding(
    rule: str, title: str, detail: str, attribution: Attribution = Attribution.ENGINE
) -> FindingRecorded:
    finding = Finding(
        id="F-" + hashlib.sha256(f"receipts: {rule}".encode()).hexdigest()[:10],
        rule=f"receipts: {rule}",
        operation="",
        requirements=("FR-12",),
        title=title,
        detail=detail,
        attribution=attribution,
    )
    return FindingRecorded(at=now(), finding=finding)

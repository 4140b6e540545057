"""Courier batches: receipts that travelled offline together, under one Merkle root.

Rules: a batch is applied whole or not at all, and once: the same batch again answers what it answered. It is
judged before anything of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fakes.eris.canonical import NotCanonicalError, canonical_form
from fakes.eris.errors import (
    CHAIN_INTEGRITY_FAILED,
    DUPLICATE_RECEIPT,
    TENANT_ID_MISSING,
    VALIDATION_ERROR,
    ErisRefusedError,
)
from fakes.eris.intake import duplicate
from fakes.eris.merkle import leaf, paths, root
from fakes.shape.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fakes.eris.intake import Intake, Judged

Order = dict[str, Any]
_OF_THE_BATCH = ("tenant_id", "emitter_service")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was applied."""

    tenant_id: str
    emitter_service: str
    sequence_numbers: tuple[int, ...]
    merkle_root: bytes
    receipt_ids: tuple[str, ...]
    leaves: tuple[bytes, ...]
    accepted: int

    def result(self, batch_id: str) -> dict[str, Any]:
        """Return what applying it answers."""
        duplicates = len(self.receipt_ids) - self.accepted
        return {"batch_id": batch_id, "accepted": self.accepted, "duplicates": duplicates}

    def proof(self) -> dict[str, Any]:
        """Return `{merkle_root, leaves[], paths{receipt_id: [{hash, side}]}}`."""
        found = zip(self.receipt_ids, paths(self.leaves), strict=True)
        return {
            "merkle_root": self.merkle_root.hex(),
            "leaves": [one.hex() for one in self.leaves],
            "paths": {name: [{"hash": h.hex(), "side": side} for h, side in path] for name, path in found},
        }

    def is_of(self, order: Order) -> bool:
        """Say whether the order is this batch again; when it was sent may differ."""
        return (self.emitter_service, list(self.sequence_numbers), self.merkle_root.hex()) == (
            order["emitter_service"],
            order["sequence_numbers"],
            order["merkle_root"],
        )


class Batches:
    """The batches that were applied, by id within a tenant."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._applied: dict[str, dict[str, Batch]] = {}

    def apply(self, order: Order, now: float) -> Batch:
        """Apply a batch, or return what the same one was."""
        named = self._applied.get(order["batch_id"], {})
        known = named.get(order["tenant_id"])
        if known is None:
            made = self._made(order, now)
            self._applied.setdefault(order["batch_id"], {})[made.tenant_id] = made
            return made
        if not known.is_of(order):
            message = "a batch of this id and another content was applied"
            raise ErisRefusedError(
                409,
                message,
                code=DUPLICATE_RECEIPT,
                field="/body/batch_id",
                expected=f"the batch with the root {known.merkle_root.hex()}",
                actual=f"one with the root {order['merkle_root']}, or other numbers or another emitter",
            )
        return known

    def find(self, batch_id: str, tenant_id: str | None) -> Batch:
        """Return a batch; `tenant_id` tells batches of one name apart."""
        named = self._applied.get(batch_id, {})
        if not named:
            raise RefusedError(404, "no such batch was applied")
        if len(named) > 1 and tenant_id not in named:
            message = "several tenants have a batch of this id, and no token says which"
            raise ErisRefusedError(400, message, code=TENANT_ID_MISSING)
        return named[tenant_id] if tenant_id in named else next(iter(named.values()))

    def tenants_of(self, batch_id: str) -> Sequence[str]:
        """Return who has a batch of this id."""
        return tuple(self._applied.get(batch_id, ()))

    def forget(self, tenant_id: str) -> None:
        """Forget a tenant's batches."""
        for batch_id, named in tuple(self._applied.items()):
            named.pop(tenant_id, None)
            if not named:
                del self._applied[batch_id]

    def clear(self) -> None:
        """Forget all batches."""
        self._applied.clear()

    def _made(self, order: Order, now: float) -> Batch:
        try:
            leaves = _leaves(order)
            judged = self._judged(order)
        except ErisRefusedError as refused:
            for receipt in order["receipts"]:
                reason = f"{refused.code}: batch {order['batch_id']}: {refused.message}"
                self._intake.bury(receipt, order["tenant_id"], reason, now)
            raise
        return Batch(
            tenant_id=order["tenant_id"],
            emitter_service=order["emitter_service"],
            sequence_numbers=tuple(int(number) for number in order["sequence_numbers"]),
            merkle_root=bytes.fromhex(order["merkle_root"]),
            receipt_ids=tuple(receipt["receipt_id"] for receipt in order["receipts"]),
            leaves=leaves,
            accepted=sum(self._intake.keep(one, now).outcome == "accepted" for one in judged),
        )

    def _judged(self, order: Order) -> list[Judged]:
        """Judge every receipt; one that stands twice in the batch is judged, and kept, once."""
        judged: dict[str, Judged] = {}
        for index, receipt in enumerate(order["receipts"]):
            _refuse_foreign(order, receipt, index)
            one = self._intake.judge(receipt, order["tenant_id"])
            first = judged.setdefault(receipt["receipt_id"], one)
            if first.canonical.digest != one.canonical.digest:
                raise duplicate(first.canonical.digest, one.canonical.digest)
        return list(judged.values())


def _leaves(order: Order) -> tuple[bytes, ...]:
    numbers = order["sequence_numbers"]
    if len(numbers) != len(order["receipts"]):
        raise _broken("sequence_numbers", f"{len(order['receipts'])} numbers", str(len(numbers)))
    if any(before >= after for before, after in pairwise(numbers)):
        raise _broken("sequence_numbers", "numbers that rise", "others")
    try:
        leaves = tuple(leaf(canonical_form(receipt)) for receipt in order["receipts"])
    except NotCanonicalError as error:
        raise ErisRefusedError(400, str(error), code=VALIDATION_ERROR, field="/body/receipts") from None
    found = root(leaves).hex()
    if found != order["merkle_root"]:
        raise _broken("merkle_root", found, order["merkle_root"])
    return leaves


def _broken(member: str, expected: str, actual: str) -> ErisRefusedError:
    message = f"{member} is not that of the receipts in the batch"
    field = f"/body/{member}"
    return ErisRefusedError(
        400, message, code=CHAIN_INTEGRITY_FAILED, field=field, expected=expected, actual=actual
    )


def _refuse_foreign(order: Order, receipt: Mapping[str, Any], index: int) -> None:
    for member in _OF_THE_BATCH:
        if receipt.get(member, order[member]) != order[member]:
            message = f"a receipt of another {member} than the batch's"
            field = f"/body/receipts/{index}/{member}"
            raise ErisRefusedError(400, message, code=VALIDATION_ERROR, field=field, expected="the batch's")

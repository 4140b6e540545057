"""How a receipt gets into the store (metadata only, signature, same id again) or into the dead letters.

Rule: what is refused leaves the store as it was, and is kept with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from contracts.schema import load_schema
from fakes.eris.canonical import Canonical, NotCanonicalError
from fakes.eris.errors import DUPLICATE_RECEIPT, SIGNATURE_VERIFICATION_FAILED, VALIDATION_ERROR
from fakes.eris.metadata import breach
from fakes.records import DeadLetter, Kept
from fakes.shape.clock import rfc3339
from fakes.shape.errors import RefusedError

if TYPE_CHECKING:
    from fakes.eris.canonical import Receipt
    from fakes.eris.signatures import KeyBook
    from fakes.eris.store import ReceiptStore


@dataclass(frozen=True, slots=True)
class Taken:
    """A receipt that is in the store, now or since before."""

    kept: Kept
    status: Literal["accepted", "duplicate"]


class Intake:
    """Judges receipts one at a time."""

    def __init__(self, store: ReceiptStore, keys: KeyBook) -> None:
        self._store = store
        self._keys = keys
        self._schema = load_schema("receipt")
        self._dead: list[tuple[str | None, DeadLetter]] = []

    def take_any(self, receipt: Any, now: float) -> Taken:  # noqa: ANN401 -- anything may be sent
        """Take what nobody has checked against the schema yet."""
        found = self._schema.check(receipt)
        if found:
            refused = RefusedError(400, f"{found[0].pointer}: {found[0].message}", code=VALIDATION_ERROR)
            self.bury(receipt, refused.message, now)
            raise refused
        return self.take(receipt, now)

    def take(self, receipt: Receipt, now: float) -> Taken:
        """Take a receipt that keeps its schema."""
        try:
            return self._take(receipt, now)
        except RefusedError as refused:
            self.bury(receipt, f"{refused.code}: {refused.message}", now)
            raise

    def bury(self, receipt: Any, reason: str, now: float) -> None:  # noqa: ANN401 -- anything may be refused
        """Keep what was refused."""
        tenant = receipt.get("tenant_id") if isinstance(receipt, dict) else None
        letter = DeadLetter(receipt, reason, rfc3339(now))
        self._dead.append((tenant if isinstance(tenant, str) else None, letter))

    def dead_letters(self, tenant_id: str | None) -> tuple[DeadLetter, ...]:
        """Return what was refused from a tenant, or from anybody."""
        return tuple(letter for tenant, letter in self._dead if tenant_id in (None, tenant))

    def forget(self, tenant_id: str) -> None:
        """Forget a tenant's dead letters."""
        self._dead = [(tenant, letter) for tenant, letter in self._dead if tenant != tenant_id]

    def clear(self) -> None:
        """Forget all dead letters."""
        self._dead = []

    def _take(self, receipt: Receipt, now: float) -> Taken:
        canonical = _canonical(receipt)
        known = self._store.get(receipt["receipt_id"])
        if known is not None and known.meta.hash == canonical.digest:
            return Taken(known, "duplicate")
        _refuse_contents(receipt)
        self._refuse_signature(receipt, canonical)
        if known is not None:
            message = "a receipt of this id and another body is stored"
            raise RefusedError(409, message, code=DUPLICATE_RECEIPT, field="/receipt_id")
        status = "verified" if "signature" in receipt else "not_present"
        at = rfc3339(now)
        kept = self._store.append(receipt, digest=canonical.digest, received_at=at, status=status)
        return Taken(kept, "accepted")

    def _refuse_signature(self, receipt: Receipt, canonical: Canonical) -> None:
        problem = self._keys.problem(receipt, canonical) if "signature" in receipt else None
        if problem is not None:
            raise RefusedError(400, problem, code=SIGNATURE_VERIFICATION_FAILED, field="/signature")


def _refuse_contents(receipt: Receipt) -> None:
    found = breach(receipt)
    if found is not None:
        where, kind = found
        raise RefusedError(400, f"{where} holds {kind}: metadata only", code=VALIDATION_ERROR, field=where)


def _canonical(receipt: Receipt) -> Canonical:
    try:
        return Canonical.of(receipt)
    except NotCanonicalError as error:
        raise RefusedError(400, str(error), code=VALIDATION_ERROR) from None

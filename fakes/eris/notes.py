"""Meta-receipts: who read what, when.

Rule: every read of evidence leaves one, found or counted or exported; a read that was refused read nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.records import MetaReceipt
from fakes.shape.clock import rfc3339
from fakes.shape.identity import bearer
from fakes.shape.redaction import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.eris.store import Deposit
    from fakes.shape.call import Call


class Notes:
    """The meta-receipts, in the order of the reads."""

    def __init__(self) -> None:
        self._reads: list[MetaReceipt] = []

    def note(self, call: Call, tenant_id: str | None, read: Iterable[Deposit] = ()) -> None:
        """Note that this call read these receipts of a tenant."""
        token = bearer(call.request.headers.get("authorization"))
        reader = fingerprint(token) if token else "anonymous"
        ids = tuple(deposit.receipt_id for deposit in read)
        self._reads.append(MetaReceipt(reader, call.operation or "", tenant_id, ids, rfc3339(call.at)))

    def of_tenant(self, tenant_id: str | None) -> tuple[MetaReceipt, ...]:
        """Return who read what of a tenant, or of anybody."""
        return tuple(read for read in self._reads if tenant_id in (None, read.tenant_id))

    def forget(self, tenant_id: str) -> None:
        """Forget the notes on a tenant."""
        self._reads = [read for read in self._reads if read.tenant_id != tenant_id]

    def clear(self) -> None:
        """Forget all notes."""
        self._reads.clear()

"""The store: receipts in the order in which they came, linked into chains; none is ever changed.

Rule: no checks here; what is appended has been checked. Only the control API's reset takes anything away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.records import Kept, Meta

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakes.eris.canonical import Receipt

_GENESIS = "0" * 64


def chain_id_of(receipt: Receipt) -> str:
    """Return `{tenant_id}:{plane}:{environment}:{emitter_service}`, lower case."""
    parts = (receipt["tenant_id"], receipt["plane"], receipt["environment"], receipt["emitter_service"])
    return ":".join(parts).lower()


class ReceiptStore:
    """All receipts, by id, by tenant and by chain."""

    def __init__(self) -> None:
        self._by_id: dict[str, Kept] = {}
        self._by_tenant: dict[str, list[Kept]] = {}
        self._chains: dict[str, list[Kept]] = {}
        self._children: dict[str, list[Kept]] = {}

    def append(self, receipt: Receipt, *, digest: str, received_at: str, status: str) -> Kept:
        """Link a new receipt to the end of its chain."""
        chain_id = chain_id_of(receipt)
        chain = self._chains.setdefault(chain_id, [])
        last = chain[-1].meta if chain else None
        meta = Meta(
            hash=digest,
            prev_hash=last.hash if last else _GENESIS,
            chain_id=chain_id,
            sequence=last.sequence + 1 if last else 1,
            received_at=received_at,
            signature_verification_status=status,
        )
        kept = Kept(dict(receipt), meta)
        chain.append(kept)
        self._by_id[receipt["receipt_id"]] = kept
        self._by_tenant.setdefault(receipt["tenant_id"], []).append(kept)
        if "parent_receipt_id" in receipt:
            self._children.setdefault(receipt["parent_receipt_id"], []).append(kept)
        return kept

    def get(self, receipt_id: str) -> Kept | None:
        """Return a receipt by its id."""
        return self._by_id.get(receipt_id)

    def of_tenant(self, tenant_id: str) -> Sequence[Kept]:
        """Return a tenant's receipts in the order in which they came."""
        return self._by_tenant.get(tenant_id, ())

    def everything(self) -> Sequence[Kept]:
        """Return all receipts in the order in which they came."""
        return tuple(self._by_id.values())

    def chain(self, chain_id: str) -> Sequence[Kept]:
        """Return a chain in its order."""
        return self._chains.get(chain_id, ())

    def children(self, receipt_id: str) -> Sequence[Kept]:
        """Return the receipts whose parent that one is."""
        return self._children.get(receipt_id, ())

    def forget(self, tenant_id: str) -> None:
        """Take a tenant's receipts away (never asked for by a client of ERIS)."""
        left = [kept for kept in self._by_id.values() if kept.receipt["tenant_id"] != tenant_id]
        for index in (self._by_tenant, self._chains, self._children):
            _without(index, tenant_id)
        self._by_id = {kept.receipt["receipt_id"]: kept for kept in left}

    def clear(self) -> None:
        """Take everything away."""
        for index in (self._by_id, self._by_tenant, self._chains, self._children):
            index.clear()


def _without(index: dict[str, list[Kept]], tenant_id: str) -> None:
    for key in list(index):
        index[key] = [kept for kept in index[key] if kept.receipt["tenant_id"] != tenant_id]
        if not index[key]:
            del index[key]

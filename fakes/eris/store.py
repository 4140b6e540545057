"""The store: receipts in the order in which they came, linked into chains; none is ever changed.

Rules: no checks here; what is appended has been checked. A receipt is kept as bytes: lean under load. Only
the control API takes anything away (`forget`, `clear`) or tampers (`replace`).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from sys import intern
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from fakes.records import Meta
from fakes.shape.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fakes.eris.canonical import Receipt

GENESIS = bytes(32)
Status = Literal["verified", "not_present"]
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def chain_id_of(receipt: Receipt, tenant_id: str) -> str:
    """Return `{tenant_id}:{plane}:{environment}:{emitter_service}`, lower case."""
    parts = (tenant_id, receipt["plane"], receipt["environment"], receipt["emitter_service"])
    return ":".join(parts).lower()


class Deposit(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One receipt in the store; `number` counts all that ever came, `sequence` those of its chain."""

    number: int
    receipt_id: str
    tenant_id: str
    parent_id: str | None
    chain_id: str
    sequence: int
    digest: bytes
    before: bytes
    received_at: float
    status: Status
    text: bytes

    def receipt(self) -> dict[str, Any]:
        """Return the receipt."""
        return _decode(self.text)

    def meta(self) -> Meta:
        """Return what ERIS says of it."""
        return Meta(
            hash=self.digest.hex(),
            prev_hash=self.before.hex(),
            chain_id=self.chain_id,
            sequence=self.sequence,
            received_at=rfc3339(self.received_at),
            signature_verification_status=self.status,
        )


class Shown(msgspec.Struct, frozen=True):
    """A receipt and what ERIS says of it, for the wire: the receipt's bytes as they are kept."""

    receipt: msgspec.Raw
    meta: Meta

    @classmethod
    def of(cls, deposit: Deposit) -> Shown:
        """Return a deposit for the wire."""
        return cls(msgspec.Raw(deposit.text), deposit.meta())


@dataclass(slots=True)
class Chain:
    """The links that are there, how many there ever were, and the hash of the last that came."""

    links: list[Deposit] = field(default_factory=list)
    length: int = 0
    last: bytes = GENESIS


class ReceiptStore:
    """All receipts, by id, by tenant, by chain and by parent."""

    def __init__(self) -> None:
        self.count = 0
        self._by_id: dict[str, Deposit] = {}
        self._by_tenant: dict[str, list[Deposit]] = {}
        self._chains: dict[str, Chain] = {}
        self._children: dict[str, list[Deposit]] = {}

    def append(
        self, receipt: Receipt, tenant_id: str, *, text: bytes, digest: bytes, at: float, status: Status
    ) -> Deposit:
        """Link a new receipt to the end of its chain."""
        chain_id = intern(chain_id_of(receipt, tenant_id))
        chain = self._chains.get(chain_id)
        if chain is None:
            chain = self._chains[chain_id] = Chain()
        parent = receipt.get("parent_receipt_id")
        self.count += 1
        chain.length += 1
        made = Deposit(
            number=self.count,
            receipt_id=receipt["receipt_id"],
            tenant_id=intern(tenant_id),
            parent_id=parent,
            chain_id=chain_id,
            sequence=chain.length,
            digest=digest,
            before=chain.last,
            received_at=at,
            status=status,
            text=text,
        )
        chain.last = digest
        for index in self._lists_of(made):
            index.append(made)
        self._by_id[made.receipt_id] = made
        return made

    def get(self, receipt_id: str) -> Deposit | None:
        """Return a receipt by its id."""
        return self._by_id.get(receipt_id)

    def of_tenant(self, tenant_id: str, after: int = 0) -> Sequence[Deposit]:
        """Return a tenant's receipts that came after that one, in the order in which they came."""
        held = self._by_tenant.get(tenant_id, [])
        return held[bisect_right(held, after, key=_number) :] if after else held

    def everything(self) -> Iterable[Deposit]:
        """Return all receipts in the order in which they came."""
        return self._by_id.values()

    def chain(self, chain_id: str) -> Chain:
        """Return a chain; an empty one where there is none."""
        return self._chains.get(chain_id) or Chain()

    def children(self, receipt_id: str) -> Sequence[Deposit]:
        """Return the receipts whose parent that one is."""
        return self._children.get(receipt_id, ())

    # What no client of ERIS can ask for.

    def replace(self, old: Deposit, new: Deposit | None) -> None:
        """Put another deposit in the place of one, or nothing, behind the chain's back."""
        for index in self._lists_of(old):
            at = index.index(old)
            index[at : at + 1] = [] if new is None else [new]
        if new is None:
            del self._by_id[old.receipt_id]
        else:
            self._by_id[old.receipt_id] = new

    def forget(self, tenant_id: str) -> None:
        """Take a tenant's receipts away; its chains begin anew."""
        gone = self._by_tenant.pop(tenant_id, [])
        for deposit in gone:
            del self._by_id[deposit.receipt_id]
        for parent_id in {deposit.parent_id for deposit in gone if deposit.parent_id is not None}:
            left = [child for child in self._children.pop(parent_id) if child.tenant_id != tenant_id]
            self._children.update({parent_id: left} if left else {})
        own = f"{tenant_id.lower()}:"
        for chain_id in [known for known in self._chains if known.startswith(own)]:
            chain = self._chains[chain_id]
            chain.links = [link for link in chain.links if link.tenant_id != tenant_id]
            if not chain.links:
                del self._chains[chain_id]

    def clear(self) -> None:
        """Take everything away."""
        for index in (self._by_id, self._by_tenant, self._chains, self._children):
            index.clear()

    def _lists_of(self, deposit: Deposit) -> Iterable[list[Deposit]]:
        yield self._by_tenant.setdefault(deposit.tenant_id, [])
        yield self._chains[deposit.chain_id].links
        if deposit.parent_id is not None:
            yield self._children.setdefault(deposit.parent_id, [])


def _number(deposit: Deposit) -> int:
    return deposit.number

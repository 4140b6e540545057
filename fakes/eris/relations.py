"""The receipts that hang together by parent_receipt_id.

Rule: pure walks over the store, bounded by depth; a circle is walked once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from fakes.eris.store import ReceiptStore
from fakes.records import Kept

Step = Callable[[ReceiptStore, Kept], Iterable[Kept]]


def _parent(store: ReceiptStore, kept: Kept) -> Iterable[Kept]:
    found = store.get(kept.receipt.get("parent_receipt_id", ""))
    return () if found is None else (found,)


def _children(store: ReceiptStore, kept: Kept) -> Iterable[Kept]:
    return store.children(kept.receipt["receipt_id"])


def _walk(store: ReceiptStore, start: Kept, step: Step, depth: int) -> dict[str, Kept]:
    found = {start.receipt["receipt_id"]: start}
    edge = [start]
    while edge and depth > 0:
        reached = [kept for here in edge for kept in step(store, here)]
        edge = [kept for kept in reached if kept.receipt["receipt_id"] not in found]
        found.update((kept.receipt["receipt_id"], kept) for kept in edge)
        depth -= 1
    return found


def _up(store: ReceiptStore, start: Kept, depth: int) -> dict[str, Kept]:
    return _walk(store, start, _parent, depth)


def _down(store: ReceiptStore, start: Kept, depth: int) -> dict[str, Kept]:
    return _walk(store, start, _children, depth)


def _both(store: ReceiptStore, start: Kept, depth: int) -> dict[str, Kept]:
    return _up(store, start, depth) | _down(store, start, depth)


def _siblings(store: ReceiptStore, start: Kept, _depth: int) -> dict[str, Kept]:
    parent = start.receipt.get("parent_receipt_id")
    same = store.children(parent) if parent is not None else (start,)
    return {kept.receipt["receipt_id"]: kept for kept in same}


DIRECTIONS: Mapping[str, Callable[[ReceiptStore, Kept, int], dict[str, Kept]]] = {
    "up": _up,
    "down": _down,
    "both": _both,
    "siblings": _siblings,
}


def related(store: ReceiptStore, start: Kept, direction: str, depth: int) -> Sequence[Kept]:
    """Return the receipts in that direction and the one itself, in the order in which they came."""
    found = DIRECTIONS[direction](store, start, depth)
    tenant = store.of_tenant(start.receipt["tenant_id"])
    return [kept for kept in tenant if kept.receipt["receipt_id"] in found]

"""The receipts that hang together by parent_receipt_id.

Rule: pure walks over the store, bounded by depth, within one tenant; a circle is walked once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from fakes.eris.store import Deposit, ReceiptStore

Step = Callable[[ReceiptStore, Deposit], Iterable[Deposit]]


def _parent(store: ReceiptStore, deposit: Deposit) -> Iterable[Deposit]:
    found = store.get(deposit.parent_id or "")
    return () if found is None else (found,)


def _children(store: ReceiptStore, deposit: Deposit) -> Iterable[Deposit]:
    return store.children(deposit.receipt_id)


def _walk(store: ReceiptStore, start: Deposit, step: Step, depth: int) -> dict[str, Deposit]:
    found = {start.receipt_id: start}
    edge = [start]
    while edge and depth > 0:
        reached = {deposit.receipt_id: deposit for here in edge for deposit in step(store, here)}
        edge = [
            deposit
            for name, deposit in reached.items()
            if name not in found and deposit.tenant_id == start.tenant_id
        ]
        found.update((deposit.receipt_id, deposit) for deposit in edge)
        depth -= 1
    return found


def _up(store: ReceiptStore, start: Deposit, depth: int) -> dict[str, Deposit]:
    return _walk(store, start, _parent, depth)


def _down(store: ReceiptStore, start: Deposit, depth: int) -> dict[str, Deposit]:
    return _walk(store, start, _children, depth)


def _both(store: ReceiptStore, start: Deposit, depth: int) -> dict[str, Deposit]:
    return _up(store, start, depth) | _down(store, start, depth)


def _siblings(store: ReceiptStore, start: Deposit, _depth: int) -> dict[str, Deposit]:
    same = [start] if start.parent_id is None else store.children(start.parent_id)
    return {one.receipt_id: one for one in same if one.tenant_id == start.tenant_id}


DIRECTIONS: Mapping[str, Callable[[ReceiptStore, Deposit, int], dict[str, Deposit]]] = {
    "up": _up,
    "down": _down,
    "both": _both,
    "siblings": _siblings,
}


def related(store: ReceiptStore, start: Deposit, direction: str, depth: int) -> Sequence[Deposit]:
    """Return the receipts in that direction and the one itself, in the order in which they came."""
    return sorted(DIRECTIONS[direction](store, start, depth).values(), key=attrgetter("number"))

"""The part of a journal that lies on disk: lines in boxes, and of each box a short label in memory.

Rules: the file has no name, so it ends with the process, however that ends. A label says which numbers are in
a box and, as hashes, by what its lines are known: a box that cannot hold what is looked for is never read.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from fakes.shape.identity import trace_in
from fakes.shape.line import Line
from fakes.shape.spill import Extent, Spill

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fakes.shape.identity import Key

_OPERATION = "operation"
_OUTSIDE = ("outside", "the contract")
_HASH = 0xFFFF_FFFF
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Line]).decode
_first = attrgetter("first")


class Box(msgspec.Struct, eq=False):
    """Where the lines from number `first` to `last` are (some may be missing), and their marks, sorted."""

    first: int
    last: int
    place: Extent
    marks: array[int]

    def may_hold(self, wanted: list[int]) -> bool:
        """Say whether a line with all these marks can be in it; False is certain."""
        for mark in wanted:
            at = bisect_left(self.marks, mark)
            if at == len(self.marks) or self.marks[at] != mark:
                return False
        return True


class Shelf:
    """Lines that are over."""

    def __init__(self) -> None:
        self._boxes: list[Box] = []
        self._spill = Spill()

    def put(self, lines: list[Line]) -> None:
        """Take lines, sorted by number."""
        place = self._spill.put(_encode(lines))
        box = Box(lines[0].seq, lines[-1].seq, place, array("I", sorted(marks_of(lines))))
        insort(self._boxes, box, key=_first)

    def boxes(
        self, keys: Iterable[Key], operation: str | None, after: int, *, outside: bool = False
    ) -> Iterator[tuple[int, list[Line]]]:
        """Return first number and all lines of each box that may hold what is wanted, by first number."""
        wanted = [mark_of(key) for key in keys]
        if operation is not None:
            wanted.append(mark_of((_OPERATION, operation)))
        if outside:
            wanted.append(mark_of(_OUTSIDE))
        for box in self._boxes:
            if box.last > after and box.may_hold(wanted):
                yield box.first, self._read(box)

    def forget(self, keys: frozenset[Key]) -> None:
        """Forget the lines that have all these keys (all, where there are none)."""
        if not keys:
            self._boxes.clear()
            self._spill.clear()
            return
        wanted = [mark_of(key) for key in keys]
        touched = [box for box in self._boxes if box.may_hold(wanted)]
        for box in touched:
            self._forget_in(box, keys)
        self._spill.tidy([box.place for box in self._boxes])

    def _forget_in(self, box: Box, keys: frozenset[Key]) -> None:
        lines = self._read(box)
        kept = [line for line in lines if not line.has(keys)]
        if len(kept) == len(lines):
            return
        self._spill.free(box.place)
        self._boxes.remove(box)
        if kept:
            self.put(kept)

    def _read(self, box: Box) -> list[Line]:
        return _decode(self._spill.read(box.place))


def marks_of(lines: Iterable[Line]) -> set[int]:
    """Return the mark of all that the lines are known by: operations, keys, being outside the contract.

    Kind by kind, each value once: most are alike, and a load run comes by here.
    """
    known = [line.identity for line in lines]
    traces: set[str | None] = {trace_in(one.traceparent) for one in known if one.traceparent}
    by_kind = (
        (_OPERATION, {line.operation for line in lines}),
        ("tenant", {one.tenant for one in known}),
        ("token", {one.token for one in known}),
        ("sub", {one.sub for one in known}),
        ("traceparent", traces),
        (_OUTSIDE[0], {_OUTSIDE[1]} if any(line.violations for line in lines) else set()),
    )
    return {hash((kind, value)) & _HASH for kind, values in by_kind for value in values if value}


def mark_of(key: Key) -> int:
    """Return the mark of a key that is looked for."""
    kind, value = key
    return hash((kind, trace_in(value) if kind == "traceparent" else value)) & _HASH

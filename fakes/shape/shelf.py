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

from fakes.shape.sheet import OPERATION, OUTSIDE, Sheet, lines_in, mark_of
from fakes.shape.spill import Extent, Spill

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fakes.shape.identity import Key
    from fakes.shape.line import Line

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

    def put(self, sheet: Sheet) -> None:
        """Take the lines of a sheet."""
        place = self._spill.put(sheet.whole())
        box = Box(sheet.first, sheet.last, place, array("I", sorted(sheet.marks())))
        insort(self._boxes, box, key=_first)

    def boxes(
        self, keys: Iterable[Key], operation: str | None, after: int, *, outside: bool = False
    ) -> Iterator[tuple[int, list[Line]]]:
        """Return first number and all lines of each box that may hold what is wanted, by first number."""
        wanted = [mark_of(key) for key in keys]
        if operation is not None:
            wanted.append(mark_of((OPERATION, operation)))
        if outside:
            wanted.append(mark_of(OUTSIDE))
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
            self.put(Sheet(kept))

    def _read(self, box: Box) -> list[Line]:
        return lines_in(self._spill.read(box.place))

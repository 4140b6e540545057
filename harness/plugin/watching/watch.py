"""What was claimed in the scenario that runs, and which claims were about nothing."""

from __future__ import annotations

import builtins
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from harness.plugin.watching.places import CLAIMED, INNER, RAN, REACHED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from harness.plugin.watching.places import Asserted, Place, Watched

Spot = tuple[str, int]


class Watch:
    """One process' watch over one scenario at a time: its claims are those since `begin`."""

    def __init__(self) -> None:
        self._claims = 0
        self._reached: dict[Spot, Place] = {}
        self._ran: set[Spot] = set()
        self._asked: defaultdict[tuple[str, Asserted], int] = defaultdict(int)

    def begin(self) -> None:
        """Forget what was before: another scenario begins."""
        self._claims = 0
        self._reached.clear()
        self._ran.clear()
        self._asked.clear()

    @property
    def claims(self) -> int:
        """Return how many assertions ran."""
        return self._claims

    def hollow(self) -> list[str]:
        """Return what was claimed of nothing at all, from first to last a whole scenario long."""
        waiting = [place for spot, place in self._reached.items() if spot not in self._ran]
        unasked = [asserted for (_, asserted), times in self._asked.items() if not times]
        told = [(place.line, _told(place)) for place in waiting]
        told += [(one.first, f"{one.name}() in line {one.first} was asked of nothing") for one in unasked]
        return [text for _, text in sorted(told)]

    def words(self, path: Path, watched: Watched) -> dict[str, Any]:
        """Return the names that a watched file is run with."""
        file, places = str(path), watched.places

        def reached(number: int) -> None:
            self._reached[(file, number)] = places[number]

        def ran(number: int) -> None:
            self._ran.add((file, number))

        def claimed() -> None:
            self._claims += 1

        counted = {name: self._counted(file, name, watched) for name in ("all", "any")}
        return {REACHED: reached, RAN: ran, CLAIMED: claimed, **counted}

    def _counted(self, file: str, name: str, watched: Watched) -> Callable[[Iterable[object]], bool]:
        """Return `all` or `any` that notices, where an assertion is made of it, how much it was asked of."""
        plain: Callable[[Iterable[object]], bool] = getattr(builtins, name)
        mine = [one for one in watched.asserted if one.name == name]

        def counted(items: Iterable[object], /) -> bool:
            asserted = _asserted_here(mine)
            if asserted is None:
                return plain(items)
            self._asked[(file, asserted)] += 0
            return plain(self._each((file, asserted), items))

        counted.__name__ = counted.__qualname__ = name
        return counted

    def _each(self, asked: tuple[str, Asserted], items: Iterable[object]) -> Iterator[object]:
        for item in items:
            self._asked[asked] += 1
            yield item


def _asserted_here(asserted: list[Asserted]) -> Asserted | None:
    """Return the assertion that called: one that does so from within a comprehension is made of more."""
    frame = sys._getframe(2)  # noqa: SLF001 - the only way to know which line calls
    if frame.f_code.co_name.startswith("<"):
        return None
    return next((one for one in asserted if one.first <= frame.f_lineno <= one.last), None)


def _told(place: Place) -> str:
    if place.kind == INNER:
        return f"the claims of {place.name}() in line {place.line} never ran"
    return f"the loop in line {place.line} claims something of each of nothing"

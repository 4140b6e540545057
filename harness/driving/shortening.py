"""Make a sequence shorter, as long as it still shows what it showed.

Rule: pure. Hypothesis would shrink what was drawn, not what was done: where an attempt is dozens of requests,
that took 58,000 of them for one mismatch; leaving out halves, quarters and single moves takes hundreds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_T = TypeVar("_T")


def shortened(moves: Sequence[_T], shows: Callable[[Sequence[_T]], bool]) -> Sequence[_T]:
    """Leave out what can be left out, larger parts first, until no single move can.

    >>> shortened([1, 5, 2, 5, 3], lambda moves: moves.count(5) == 2)
    [5, 5]
    """
    size = max(1, len(moves) // 2)
    while True:
        before = len(moves)
        moves = _without(moves, size, shows)
        if size == 1 and len(moves) == before:
            return moves
        size = max(1, size // 2)


def _without(moves: Sequence[_T], size: int, shows: Callable[[Sequence[_T]], bool]) -> Sequence[_T]:
    """Try to leave out each part of so many moves, from the last to the first."""
    for start in range(len(moves) - size, -size, -size):
        begin, end = max(0, start), start + size
        rest = [*moves[:begin], *moves[end:]]
        if rest and len(rest) < len(moves) and shows(rest):
            moves = rest
    return moves

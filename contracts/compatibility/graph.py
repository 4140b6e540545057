"""All pairs of schemas that a comparison meets, each compared once.

Rule: a pair that is met again while it is being compared differs in nothing more: circles end there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from contracts.compatibility.keywords import steps
from contracts.compatibility.model import Effect, Side
from contracts.compatibility.pairs import Difference, Pair, Relation
from contracts.compatibility.rules import RULES
from contracts.compatibility.shapes import Key, Schema, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.compatibility.model import Rule

Knot = tuple[Key, Key, Side]
RELATIONS = {
    frozenset[Effect](): Relation.EQUAL,
    frozenset({Effect.NARROWS}): Relation.NARROWER,
    frozenset({Effect.WIDENS}): Relation.WIDER,
}


@dataclass(slots=True)
class _Compared:
    """What differs in a pair itself, and the pairs below it."""

    differences: list[Difference] = field(default_factory=list)
    below: list[Knot] = field(default_factory=list)


class Graph:
    """Pairs of schemas and the pairs below them."""

    def __init__(self) -> None:
        self._pairs: dict[Knot, _Compared] = {}

    def enter(self, old: Schema, new: Schema, side: Side) -> Knot:
        """Compare two schemas and all below them; return by what to ask for it."""
        first = (old.key, new.key, side)
        waiting = [(first, old, new)]
        while waiting:
            knot, before, after = waiting.pop()
            if knot not in self._pairs:
                waiting += self._compare(knot, before, after)
        return first

    def _compare(self, knot: Knot, old: Schema, new: Schema) -> list[tuple[Knot, Schema, Schema]]:
        compared = self._pairs[knot] = _Compared()
        side = knot[2]
        further = []
        for step in steps(Pair(Shape(old), Shape(new), side, partial(self.relation, side=side))):
            if isinstance(step, Difference):
                compared.differences.append(step)
            elif step.old.nodes or step.new.nodes:
                below = (step.old.key, step.new.key, side)
                compared.below.append(below)
                further.append((below, step.old, step.new))
        return further

    def relation(self, old: Schema, new: Schema, side: Side) -> Relation:
        """Return how the values that fit the new schema stand to those that fit the old one."""
        effects = {rule.effect for rule, _ in self.differences([self.enter(old, new, side)])}
        return RELATIONS.get(frozenset(effects - {Effect.NONE}), Relation.OTHER)

    def differences(self, knots: Iterable[Knot]) -> Iterator[tuple[Rule, Difference]]:
        """Yield what differs in these pairs and in all below them."""
        waiting, seen = list(knots), set[Knot]()
        while waiting:
            knot = waiting.pop()
            if knot in seen or knot not in self._pairs:
                continue
            seen.add(knot)
            waiting += self._pairs[knot].below
            for difference in self._pairs[knot].differences:
                yield RULES[f"{knot[2]}-{difference.stem}"], difference

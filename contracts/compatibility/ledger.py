"""What a comparison notes down as it goes, and the changes that come of it.

Rule: one change in a definition that many operations use is one change that names them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.compatibility.graph import Graph, Knot
from contracts.compatibility.model import ABSENT, Change, Rule, Side, Spot
from contracts.compatibility.rules import RULES
from contracts.compatibility.values import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.compatibility.nodes import Node
    from contracts.compatibility.shapes import Schema


class Ledger:
    """The notes of a comparison."""

    def __init__(self, graph: Graph | None = None) -> None:
        self.graph = graph or Graph()
        self._notes: list[tuple[str, Rule, Spot, Spot]] = []
        self._knots: dict[str, list[Knot]] = {}

    def note(self, rule: str, old: Spot, new: Spot, operation: str = "") -> None:
        """Note down a change."""
        self._notes.append((operation, RULES[rule], old, new))

    def schemas(self, old: Schema, new: Schema, side: Side, operation: str) -> None:
        """Note down whatever differs between two schemas that an operation uses."""
        if old.nodes or new.nodes:
            self._knots.setdefault(operation, []).append(self.graph.enter(old, new, side))

    def changes(self) -> tuple[Change, ...]:
        """Return all that was noted down, each change once, worst first, then by rule and place."""
        found: dict[tuple[str, ...], tuple[Change, set[str]]] = {}
        for operation, rule, old, new in self._all():
            key = (rule.id, *_identity(old), *_identity(new))
            _, operations = found.setdefault(key, (Change(rule, old, new), set()))
            operations |= {operation} if operation else set()
        changes = (
            (key, Change(change.rule, change.old, change.new, tuple(sorted(operations))))
            for key, (change, operations) in found.items()
        )
        return tuple(change for _, change in sorted(changes, key=_order))

    def _all(self) -> Iterator[tuple[str, Rule, Spot, Spot]]:
        yield from self._notes
        for operation, knots in self._knots.items():
            for rule, difference in self.graph.differences(knots):
                yield operation, rule, difference.old, difference.new


def _identity(spot: Spot) -> tuple[str, str, str]:
    return spot.document, spot.pointer, "" if spot.value is ABSENT else canonical(spot.value)


def _order(one: tuple[tuple[str, ...], Change]) -> tuple[int, str, str, str, tuple[str, ...]]:
    key, change = one
    place = change.place
    return change.rule.level.rank, change.rule.id, place.document, place.pointer, key


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes into a ledger on behalf of one operation."""

    ledger: Ledger
    operation: str

    def note(self, rule: str, old: Spot, new: Spot) -> None:
        """Note down a change."""
        self.ledger.note(rule, old, new, self.operation)

    def changed(self, rule: str, old: Node, new: Node) -> None:
        """Note down a change of something that is in both documents."""
        self.note(rule, old.spot(), new.spot())

    def added(self, rule: str, holder: Node, new: Node) -> None:
        """Note down what the old document lacks; `holder` is where it would stand there."""
        self.note(rule, holder.lack(), new.spot())

    def removed(self, rule: str, old: Node, holder: Node) -> None:
        """Note down what the new document lacks; `holder` is where it would stand there."""
        self.note(rule, old.spot(), holder.lack())

    def member(self, rule: str, old: Node, new: Node, key: str) -> None:
        """Note down that a member of an object differs, or is there on one side alone."""
        before, after = old.get(key), new.get(key)
        self.note(
            rule,
            old.lack() if before is None else before.spot(),
            new.lack() if after is None else after.spot(),
        )

    def schemas(self, old: Schema, new: Schema, side: Side) -> None:
        """Note down whatever differs between two schemas."""
        self.ledger.schemas(old, new, side, self.operation)

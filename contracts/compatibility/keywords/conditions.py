"""Conditions: `if`, `then`, `else`, and `not`.

Rule: a condition is followed into its consequences only where it is the same condition in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.compatibility.pairs import Descent, Difference, Pair, Relation, Steps
from contracts.compatibility.shapes import Schema, schema_at, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.compatibility.nodes import Node
    from contracts.compatibility.shapes import Shape

CONSEQUENCES = ("then", "else")


def conditions(pair: Pair) -> Steps:
    """Compare what holds under a condition."""
    old, new = list(_conditions(pair.old)), list(_conditions(pair.new))
    for before, after in _matched(pair, old, new, "if"):
        for key in CONSEQUENCES:
            yield Descent(schema_at(before, key), schema_at(after, key))
    yield from _left_over(pair, old, new, "conditional")


def _conditions(shape: Shape) -> Iterator[Node]:
    """Yield the schemas that have a condition with a consequence."""
    for part, _ in shape.saying("if"):
        if any(key in part.value for key in CONSEQUENCES):
            yield part.node


def negations(pair: Pair) -> Steps:
    """Compare what must not fit."""
    old, new = list(pair.old.nodes("not")), list(pair.new.nodes("not"))
    _matched(pair, old, new, None)
    yield from _left_over(pair, old, new, "not")


def _matched(pair: Pair, old: list[Node], new: list[Node], key: str | None) -> list[tuple[Node, Node]]:
    """Take those that are the same, or whose schema under the key is, out of both lists."""
    found = []
    for one in list(old):
        twin = next((other for other in new if _same(pair, one, other, key)), None)
        if twin is not None:
            old.remove(one)
            new.remove(twin)
            found.append((one, twin))
    return found


def _same(pair: Pair, one: Node, other: Node, key: str | None) -> bool:
    return pair.relation(_schema(one, key), _schema(other, key)) is Relation.EQUAL


def _schema(node: Node, key: str | None) -> Schema:
    return schema_of((node if key is None else node.at(key),), node)


def _left_over(pair: Pair, old: list[Node], new: list[Node], stem: str) -> Steps:
    if len(old) == len(new) == 1:
        yield Difference(f"{stem}-changed", old[0].spot(), new[0].spot())
        return
    for node in old:
        yield Difference(f"{stem}-removed", node.spot(), pair.new.home.lack())
    for node in new:
        yield Difference(f"{stem}-added", pair.old.home.lack(), node.spot())

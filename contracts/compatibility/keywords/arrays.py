"""Lists: `items`, `prefixItems`, `contains`, `uniqueItems`, `unevaluatedItems`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.compatibility.keywords.bounds import CONTAINED, counted
from contracts.compatibility.model import ABSENT
from contracts.compatibility.pairs import Descent, Pair, Relation, Steps
from contracts.compatibility.shapes import Schema, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.compatibility.nodes import Node


def arrays(pair: Pair) -> Steps:
    """Compare what lists may hold."""
    if not pair.about("array"):
        return
    yield from _places(pair)
    yield from _others(pair)
    yield from _unique(pair)
    yield from _contained(pair)
    yield from unevaluated(pair, "unevaluatedItems", "unevaluated-items")


def _places(pair: Pair) -> Steps:
    length = max(map(_length, (pair.old, pair.new)))
    for index in range(length):
        yield Descent(_place(pair.old, index), _place(pair.new, index))


def _length(shape: Shape) -> int:
    return max((len(part.node.elements("prefixItems")) for part, _ in shape.saying("prefixItems")), default=0)


def _place(shape: Shape, index: int) -> Schema:
    return shape.schema_of(_nodes(shape, index))


def _nodes(shape: Shape, index: int) -> Iterator[Node]:
    for part in shape.parts:
        first = part.node.elements("prefixItems") if "prefixItems" in part.value else []
        if index < len(first):
            yield first[index]
        elif "items" in part.value:
            yield part.node.at("items")


def _others(pair: Pair) -> Steps:
    old, new = (shape.schema_of(shape.nodes("items")) for shape in (pair.old, pair.new))
    was, now = Shape(old).forbidden, Shape(new).forbidden
    if was != now:
        stem = "items-permitted" if was else "items-forbidden"
        yield pair.difference(stem, "items", not was, not now)
    elif not was and (old.nodes or new.nodes):
        yield Descent(old, new)


def _unique(pair: Pair) -> Steps:
    old, new = (_asks(shape) for shape in (pair.old, pair.new))
    if old != new:
        stem = "unique-items-added" if new else "unique-items-removed"
        yield pair.difference(stem, "uniqueItems", old or ABSENT, new or ABSENT)


def _asks(shape: Shape) -> bool:
    return any(part.node.flag("uniqueItems") for part, _ in shape.saying("uniqueItems"))


def _contained(pair: Pair) -> Steps:
    old, new = (shape.schema_of(shape.nodes("contains")) for shape in (pair.old, pair.new))
    was, now = (bool(shape.nodes("contains")) for shape in (pair.old, pair.new))
    if was and now:
        if pair.relation(old, new) is not Relation.EQUAL:
            yield pair.difference("contains-changed", "contains", _shown(pair.old), _shown(pair.new))
        for bound in CONTAINED:
            yield from counted(pair, bound)
    elif was or now:
        stem = "contains-added" if now else "contains-removed"
        yield pair.difference(stem, "contains", _shown(pair.old), _shown(pair.new))


def _shown(shape: Shape) -> object:
    return next((value for _, value in shape.saying("contains")), ABSENT)


def unevaluated(pair: Pair, keyword: str, stem: str) -> Steps:
    """Compare what is said of items or members of which nothing else is said."""
    old, new = (shape.schema_of(shape.nodes(keyword)) for shape in (pair.old, pair.new))
    if not old.nodes and not new.nodes:
        return
    words = {Relation.NARROWER: "narrowed", Relation.WIDER: "widened", Relation.OTHER: "changed"}
    relation = pair.relation(old, new)
    if relation is not Relation.EQUAL:
        said = (next((value for _, value in shape.saying(keyword)), ABSENT) for shape in (pair.old, pair.new))
        yield pair.difference(f"{stem}-{words[relation]}", keyword, *said)

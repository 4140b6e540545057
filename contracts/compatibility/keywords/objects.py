"""Objects: members by name and by pattern, which of them must be there, and whether there may be others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.compatibility.keywords.arrays import unevaluated
from contracts.compatibility.keywords.members import Members
from contracts.compatibility.model import ABSENT, Side
from contracts.compatibility.pairs import Descent, Difference, Pair, Relation, Steps
from contracts.compatibility.shapes import Shape

if TYPE_CHECKING:
    from contracts.compatibility.nodes import Node
    from contracts.compatibility.shapes import Schema

TRANSITIONS = {
    Side.REQUEST: ("property-became-read-only", "property-no-longer-read-only"),
    Side.RESPONSE: ("property-became-write-only", "property-no-longer-write-only"),
}


def objects(pair: Pair) -> Steps:
    """Compare what objects may and must hold."""
    if not pair.about("object"):
        return
    old, new = Members(pair.old, pair.side), Members(pair.new, pair.side)
    for name in sorted({*old.named, *new.named, *old.demanded, *new.demanded}):
        yield from _member(pair, old, new, name)
    yield from _others(pair, old, new)
    yield from _by_pattern(pair, old, new)
    yield from _names(pair)
    yield from _dependents(pair)
    yield from unevaluated(pair, "unevaluatedProperties", "unevaluated-properties")


def _member(pair: Pair, old: Members, new: Members, name: str) -> Steps:
    was, now = old.known(name), new.known(name)
    if was and now:
        yield from _kept(pair, old, new, name)
    elif now and not new.hidden(name):
        yield from _added(pair, old, new, name)
    elif was and not old.hidden(name):
        yield from _removed(pair, old, new, name)
    elif not was and not now:
        yield from _demanded(old, new, name)
        yield Descent(old.schema(name), new.schema(name))


def _kept(pair: Pair, old: Members, new: Members, name: str) -> Steps:
    was, now = old.hidden(name), new.hidden(name)
    if was and now:
        return
    if was != now:
        stem = TRANSITIONS[pair.side][0 if now else 1]
        yield Difference(stem, old.member_spot(name), new.member_spot(name))
    else:
        yield Descent(old.schema(name), new.schema(name))
    yield from _demanded(old, new, name)


def _demanded(old: Members, new: Members, name: str) -> Steps:
    was, now = old.required(name), new.required(name)
    if was != now:
        stem = "property-became-required" if now else "property-became-optional"
        yield Difference(stem, old.demand_spot(name), new.demand_spot(name))


def _added(pair: Pair, old: Members, new: Members, name: str) -> Steps:
    if pair.side is Side.REQUEST:
        stem = "required-property-added" if new.required(name) else "optional-property-added"
    else:
        stem = "property-added-to-closed" if old.refused(name) else "property-added"
    yield Difference(stem, old.member_spot(name), new.member_spot(name))
    if old.confined:
        yield Descent(old.schema(name), new.schema(name))


def _removed(pair: Pair, old: Members, new: Members, name: str) -> Steps:
    if pair.side is Side.REQUEST:
        stem = "property-refused" if new.refused(name) else "property-removed"
    else:
        stem = "required-property-removed" if old.required(name) else "optional-property-removed"
    yield Difference(stem, old.member_spot(name), new.member_spot(name))
    if new.confined:
        yield Descent(old.schema(name), new.schema(name))


def _others(pair: Pair, old: Members, new: Members) -> Steps:
    was, now = Shape(old.rest).forbidden, Shape(new.rest).forbidden
    if was != now:
        stem = "additional-properties-permitted" if was else "additional-properties-forbidden"
        yield pair.difference(stem, "additionalProperties", not was, not now)
    elif not was and (old.rest.nodes or new.rest.nodes):
        yield Descent(old.rest, new.rest)


def _by_pattern(pair: Pair, old: Members, new: Members) -> Steps:
    before, after = pair.old.named("patternProperties"), pair.new.named("patternProperties")
    for pattern in sorted({*before, *after}):
        was = _fitting(pair.old, before.get(pattern), old.rest)
        now = _fitting(pair.new, after.get(pattern), new.rest)
        if pattern in before and pattern in after:
            yield Descent(was, now)
        else:
            yield from _pattern(pair, was, now, (before.get(pattern), after.get(pattern)))


def _fitting(shape: Shape, nodes: list[Node] | None, rest: Schema) -> Schema:
    return rest if nodes is None else shape.schema_of(nodes)


def _pattern(
    pair: Pair, was: Schema, now: Schema, written: tuple[list[Node] | None, list[Node] | None]
) -> Steps:
    words = {Relation.NARROWER: "narrowed", Relation.WIDER: "widened", Relation.OTHER: "changed"}
    relation = pair.relation(was, now)
    if relation is not Relation.EQUAL:
        shapes = (pair.old, pair.new)
        old, new = (
            nodes[0].spot() if nodes else shape.home.lack()
            for shape, nodes in zip(shapes, written, strict=True)
        )
        yield Difference(f"pattern-property-{words[relation]}", old, new)


def _names(pair: Pair) -> Steps:
    old, new = pair.old.nodes("propertyNames"), pair.new.nodes("propertyNames")
    if old and new:
        yield Descent(pair.old.schema_of(old), pair.new.schema_of(new))
    elif old or new:
        stem = "property-names-added" if new else "property-names-removed"
        yield pair.difference(stem, "propertyNames", _first(old), _first(new))


def _first(nodes: list[Node]) -> Any:  # noqa: ANN401 - a schema or ABSENT
    return nodes[0].value if nodes else ABSENT


def _dependents(pair: Pair) -> Steps:
    old, new = _needs(pair.old), _needs(pair.new)
    for need in sorted(old ^ new):
        stem = "dependent-required-added" if need in new else "dependent-required-removed"
        yield pair.difference(stem, "dependentRequired", _pairs(old, need), _pairs(new, need))
    before, after = pair.old.named("dependentSchemas"), pair.new.named("dependentSchemas")
    for name in sorted({*before, *after}):
        was, now = before.get(name, []), after.get(name, [])
        if was and now:
            yield Descent(pair.old.schema_of(was), pair.new.schema_of(now))
        else:
            stem = "dependent-schema-added" if now else "dependent-schema-removed"
            yield Difference(stem, _place(pair.old, was), _place(pair.new, now))


def _needs(shape: Shape) -> frozenset[tuple[str, str]]:
    return frozenset(
        (name, other)
        for part, _ in shape.saying("dependentRequired")
        for name in part.node.named("dependentRequired")
        for other in part.node.at("dependentRequired").texts(name)
    )


def _pairs(needs: frozenset[tuple[str, str]], need: tuple[str, str]) -> Any:  # noqa: ANN401 - or ABSENT
    return {need[0]: [need[1]]} if need in needs else ABSENT


def _place(shape: Shape, nodes: list[Node]) -> Any:  # noqa: ANN401
    return nodes[0].spot() if nodes else shape.home.lack()

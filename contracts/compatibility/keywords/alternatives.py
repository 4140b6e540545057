"""Alternatives (`anyOf`, `oneOf`), matched one by one, and the discriminator that tells them apart.

Rule: two alternatives are one where they are the same definition, accept the same, or are the only ones of
their types on both sides; what is left over was added or removed.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from contracts.compatibility.pairs import Descent, Difference, Pair, Relation, Steps
from contracts.compatibility.shapes import Schema, Shape, schema_of
from contracts.compatibility.values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.compatibility.model import Spot
    from contracts.compatibility.nodes import Node
    from contracts.compatibility.unfolding import Group

WORDS = {"anyOf": "any-of", "oneOf": "one-of"}
Twin = tuple["Node", "Node"]
Twins = list[Twin]
MOST_PAIRS = 1000
"""Of how many pairs of branches of one schema it is asked whether they accept the same; others do not."""


def alternatives(pair: Pair) -> Steps:
    """Compare the alternatives that two schemas leave."""
    old, new = list(pair.old.groups), list(pair.new.groups)
    if not pair.types:
        return
    for before, after in _groups(old, new):
        yield from _group(pair, before, after)
    for group in old:
        yield Difference(f"{WORDS[group.kind]}-removed", group.node.spot(), pair.new.home.lack())
    for group in new:
        yield Difference(f"{WORDS[group.kind]}-added", pair.old.home.lack(), group.node.spot())


def _groups(old: list[Group], new: list[Group]) -> Iterator[tuple[Group, Group]]:
    """Take those that belong together out of both lists: of one kind before any."""
    for fits in (lambda one, other: one.kind == other.kind, lambda _one, _other: True):
        for one in list(old):
            twin = next((other for other in new if fits(one, other)), None)
            if twin is not None:
                old.remove(one)
                new.remove(twin)
                yield one, twin


def _group(pair: Pair, old: Group, new: Group) -> Steps:
    if old.kind != new.kind:
        stem = "any-of-became-one-of" if new.kind == "oneOf" else "one-of-became-any-of"
        yield Difference(stem, old.node.spot(), new.node.spot())
    left, right = list(old.branches), list(new.branches)
    for before, after in _twins(pair, left, right):
        yield Descent(_schema(before), _schema(after))
    for branch in left:
        yield Difference(f"{WORDS[old.kind]}-branch-removed", branch.spot(), new.node.lack())
    for branch in right:
        yield Difference(f"{WORDS[new.kind]}-branch-added", old.node.lack(), branch.spot())


def _schema(branch: Node) -> Schema:
    return schema_of((branch,), branch)


def _twins(pair: Pair, left: list[Node], right: list[Node]) -> Twins:
    """Take the branches that stand for each other out of both lists."""
    return [
        *_alike(left, right, _defined),
        *_alike(left, right, lambda branch: canonical(branch.value)),
        *_equal(pair, left, right),
        *_only_ones(left, right),
    ]


def _alike(left: list[Node], right: list[Node], key: Callable[[Node], object]) -> Iterator[Twin]:
    """Take those out of which the same can be said; None says nothing."""
    found: dict[object, list[Node]] = {}
    for other in right:
        found.setdefault(key(other), []).append(other)
    for one in list(left):
        said = key(one)
        if said is not None and found.get(said):
            yield _taken(left, right, one, found[said].pop(0))


def _equal(pair: Pair, left: list[Node], right: list[Node]) -> Iterator[Twin]:
    """Take those out that accept the same, as far as it is asked."""
    asked = 0
    for one in list(left):
        for other in right[: MOST_PAIRS - asked]:
            asked += 1
            if pair.relation(_schema(one), _schema(other)) is Relation.EQUAL:
                yield _taken(left, right, one, other)
                break


def _only_ones(left: list[Node], right: list[Node]) -> Iterator[Twin]:
    """Take those out that are the only ones of their types on both sides."""
    only = [_only(branches) for branches in (left, right)]
    for types, one in only[0].items():
        if types in only[1]:
            yield _taken(left, right, one, only[1][types])


def _only(branches: list[Node]) -> dict[frozenset[str], Node]:
    by_types = [(Shape(_schema(branch)).types, branch) for branch in branches]
    counts = Counter(types for types, _ in by_types)
    return {types: branch for types, branch in by_types if counts[types] == 1}


def _taken(left: list[Node], right: list[Node], one: Node, other: Node) -> Twin:
    left.remove(one)
    right.remove(other)
    return one, other


def _defined(branch: Node) -> str | None:
    """Return the place of a definition with a name; None for one of a list."""
    named = re.fullmatch(r"/components/schemas/[^/]+|/\$defs/[^/]+", branch.pointer)
    return branch.pointer if named else None


def discriminators(pair: Pair) -> Steps:
    """Compare what tells alternatives apart."""
    old, new = _discriminator(pair.old), _discriminator(pair.new)
    if old is None or new is None:
        if old is not None or new is not None:
            stem = "discriminator-added" if old is None else "discriminator-removed"
            yield Difference(stem, _spot(old, pair.old), _spot(new, pair.new))
        return
    if old.words("propertyName") != new.words("propertyName"):
        yield Difference("discriminator-property-changed", old.spot(), new.spot())
    yield from _mappings(old, new)


def _spot(node: Node | None, shape: Shape) -> Spot:
    return shape.home.lack() if node is None else node.spot()


def _discriminator(shape: Shape) -> Node | None:
    return next(iter(shape.nodes("discriminator")), None)


def _mappings(old: Node, new: Node) -> Steps:
    before, after = _mapping(old), _mapping(new)
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            stem = "discriminator-mapping-added" if was is None else "discriminator-mapping-removed"
        elif _definition(was) != _definition(now):
            stem = "discriminator-mapping-changed"
        else:
            continue
        yield Difference(
            stem, old.lack() if was is None else was.spot(), new.lack() if now is None else now.spot()
        )


def _mapping(node: Node) -> dict[str, Node]:
    """Return what names stand for, but those that stand for the definition of the same name."""
    return {name: target for name, target in node.named("mapping").items() if _definition(target) != name}


def _definition(target: Node) -> str:
    return target.text.removeprefix("#/components/schemas/")

"""What a schema asks for, seen as a whole: the conjunction of all its parts.

Rule: a question about a keyword has one answer, however many parts say something of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from contracts.compatibility.model import ABSENT, Spot
from contracts.compatibility.unfolding import Group, Part, listed, settled, types_named, unfold
from contracts.compatibility.values import NUMBERS, TYPES, atoms, canonical, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.compatibility.nodes import Node

Key = tuple[tuple[str, ...], str, bool]


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """Schemas that must hold together; none: anything goes. `home` is where they stand, or should.

    `text`: the value travels as text (in a path, a query, a header), where a number is a string, too.
    """

    home: Node
    nodes: tuple[Node, ...] = ()
    text: bool = False

    @property
    def key(self) -> Key:
        """Return what schemas that are the same have in common."""
        return tuple(sorted(node.place for node in self.nodes)), self.home.place, self.text


def schema_of(nodes: Iterable[Node], home: Node, *, text: bool = False) -> Schema:
    """Return the conjunction of these; where they stand is where the first one is written."""
    found = {node.place: node for node in map(settled, nodes) if not _anything(node.value)}
    kept = tuple(found[place] for place in sorted(found))
    return Schema(kept[0] if kept else home, kept, text)


def schema_at(holder: Node, key: str, *, text: bool = False) -> Schema:
    """Return the schema that stands under a key; anything where there is none."""
    node = holder.get(key)
    return schema_of(() if node is None else (node,), holder, text=text)


def _anything(value: Any) -> bool:  # noqa: ANN401 - what a document says
    return value is True or value == {}


class Shape:
    """A schema unfolded."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        seen: set[tuple[str, bool]] = set()
        found = [each for node in schema.nodes for each in unfold(node, seen)]
        self.parts = tuple(each for each in found if isinstance(each, Part))
        self.groups = tuple(each for each in found if isinstance(each, Group))

    @property
    def home(self) -> Node:
        """Return where the schema stands."""
        return self.schema.home

    def itself(self) -> Spot:
        """Return the schema, or the place that has none."""
        return self.home.spot() if self.schema.nodes else self.home.lack()

    @property
    def forbidden(self) -> bool:
        """Say whether nothing fits."""
        return any(part.forbidden for part in self.parts)

    @cached_property
    def nullable(self) -> bool:
        """Say whether null fits."""
        return self.fits_null({})

    def fits_null(self, known: dict[str, bool]) -> bool:
        """Say whether null fits; `known` says so of alternatives, where a circle fits nothing by itself."""
        groups = (
            group.nullable or any(_fits_null(branch, known) for branch in group.branches)
            for group in self.groups
        )
        return all(part.fits_null for part in self.parts) and all(groups)

    @cached_property
    def stated(self) -> frozenset[str]:
        """Return the types, but null, that `type` leaves."""
        types = TYPES
        for _, value in self.saying("type"):
            types = types & frozenset().union(*(atoms(name) for name in types_named(value)))
        return types | NUMBERS | {"boolean"} if self.schema.text and "string" in types else types

    @cached_property
    def values(self) -> dict[str, Any] | None:
        """Return the values, but null, that a list leaves, by their canonical text; None: no list."""
        found: dict[str, Any] | None = None
        for part in self.parts:
            values = listed(part.value)
            if values is not None:
                new = {canonical(value): value for value in values if value is not None}
                found = {key: new[key] for key in new if found is None or key in found}
        if found is None or (found.keys() >= {"true", "false"} and self.stated <= {"boolean"}):
            return None
        return {key: value for key, value in found.items() if type_of(value) in self.stated}

    @property
    def types(self) -> frozenset[str]:
        """Return the types, but null, that fit."""
        return self.stated if self.values is None else frozenset(map(type_of, self.values.values()))

    def saying(self, keyword: str) -> Iterator[tuple[Part, Any]]:
        """Yield the parts that say something by this keyword, and what."""
        yield from ((part, part.value[keyword]) for part in self.parts if keyword in part.value)

    def spot(self, keyword: str, value: Any = ABSENT) -> Spot:  # noqa: ANN401 - what is to be seen there
        """Return where the keyword is said, or the schema that does not say it; and what is seen there."""
        for part, _ in self.saying(keyword):
            return below(part, keyword, value)
        return Spot(self.home.description.name, self.home.pointer, value)

    def nodes(self, keyword: str) -> list[Node]:
        """Return the schemas that stand under this keyword."""
        return [part.node.at(keyword) for part, _ in self.saying(keyword)]

    def schema_of(self, nodes: Iterable[Node]) -> Schema:
        """Return the conjunction of some schemas that belong to this one: below text is text."""
        return schema_of(nodes, self.home, text=self.schema.text)

    def named(self, keyword: str) -> dict[str, list[Node]]:
        """Return the schemas under a keyword that gives each a name, by name, sorted."""
        found: dict[str, list[Node]] = {}
        for part, _ in self.saying(keyword):
            for name, node in part.node.named(keyword).items():
                found.setdefault(name, []).append(node)
        return dict(sorted(found.items()))


def below(part: Part, keyword: str, value: Any) -> Spot:  # noqa: ANN401 - what is to be seen there
    """Return where a part says a keyword; one that was made of several stands where they do."""
    holder = part.node.value
    written = isinstance(holder, dict) and keyword in holder
    return Spot(
        part.node.description.name,
        part.node.at(keyword).pointer if written else part.node.pointer,
        value,
    )


def _fits_null(node: Node, known: dict[str, bool]) -> bool:
    if node.place not in known:
        known[node.place] = False
        known[node.place] = Shape(Schema(node, (node,))).fits_null(known)
    return known[node.place]

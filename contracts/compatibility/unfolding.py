"""A schema taken apart into what must hold of a value all at once.

Rule: what means the same unfolds to the same, however it is written: `$ref`s are followed, `allOf` and
alternatives of one are opened, "or null" is a mark and no alternative, alternatives of bare types or bare
values become one list. A circle of references ends where it would begin again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.compatibility.values import atoms, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contracts.compatibility.nodes import Node

ANNOTATIONS = frozenset(
    {"title", "description", "summary", "examples", "example", "externalDocs", "$comment", "deprecated"}
)
"""What may stand beside anything and changes no message."""
ALTERNATIVES = ("anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Part:
    """One schema object that must hold. `nullable`: null is right, whatever else it says."""

    node: Node
    value: Mapping[str, Any]
    nullable: bool
    forbidden: bool = False

    @property
    def fits_null(self) -> bool:
        """Say whether null is right."""
        if self.nullable or self.forbidden:
            return self.nullable
        values = listed(self.value)
        typed = "type" not in self.value or "null" in types_named(self.value["type"])
        return typed and (values is None or None in values)


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives, two or more, of which some (`anyOf`) or exactly one (`oneOf`) must hold."""

    node: Node
    kind: str
    branches: tuple[Node, ...]
    nullable: bool


def settled(node: Node) -> Node:
    """Return the schema that a bare reference means, or the schema itself."""
    while isinstance(node.value, dict) and "$ref" in node.value:
        alone = node.value.keys() - ANNOTATIONS == {"$ref"} or node.description.legacy
        target = node.target() if alone and not node.value.get("nullable") else None
        if target is None:
            return node
        node.followed()  # refuses a circle
        node = target
    return node


def unfold(node: Node, seen: set[tuple[str, bool]], *, nullable: bool = False) -> Iterator[Part | Group]:
    """Yield all that must hold of a value for it to fit the schema."""
    if (node.place, nullable) in seen or node.value is True:
        return
    seen.add((node.place, nullable))
    if node.value is False:
        yield Part(node, {}, nullable, forbidden=True)
        return
    legacy = node.description.legacy
    nullable = nullable or (legacy and node.flag("nullable"))
    if "$ref" in node.mapping:
        target = node.target()
        if target is not None:
            yield from unfold(target, seen, nullable=nullable)
        if legacy and target is not None:
            return
    yield Part(node, node.mapping, nullable, forbidden=node.mapping.get("not") in ({}, True))
    for branch in node.elements("allOf"):
        yield from unfold(branch, seen, nullable=nullable)
    for kind in ALTERNATIVES:
        if kind in node.mapping:
            yield from _alternatives(node, kind, seen, nullable=nullable)


def _alternatives(
    node: Node, kind: str, seen: set[tuple[str, bool]], *, nullable: bool
) -> Iterator[Part | Group]:
    branches = [settled(branch) for branch in node.elements(kind)]
    real = [branch for branch in branches if not _only_null(branch)]
    nullable = nullable or len(real) < len(branches)
    if len(real) == 1:
        yield from unfold(real[0], seen, nullable=nullable)
    elif not real:
        yield Part(node.at(kind), {"type": "null"}, nullable)
    elif (folded := _folded(real, kind)) is not None:
        yield Part(node.at(kind), folded, nullable)
    else:
        yield Group(node.at(kind), kind, tuple(real), nullable)


def _said(branch: Node) -> dict[str, Any]:
    value = branch.value
    return {key: value[key] for key in value.keys() - ANNOTATIONS} if isinstance(value, dict) else {}


def _only_null(branch: Node) -> bool:
    return _said(branch) in ({"type": "null"}, {"type": ["null"]}, {"const": None}, {"enum": [None]})


def _folded(branches: Sequence[Node], kind: str) -> dict[str, Any] | None:
    """Return one schema that says as much as branches of bare types, or of bare values, do."""
    said = [_said(branch) for branch in branches]
    if all(one.keys() == {"type"} for one in said):
        names = [name for one in said for name in types_named(one["type"])]
        return {"type": names} if kind == "anyOf" or _apart([atoms(name) for name in names]) else None
    values = [listed(one) for one in said if one.keys() <= {"type", "enum", "const"}]
    known = [one for one in values if one is not None]
    if len(known) < len(said):
        return None
    keys = [frozenset(map(canonical, one)) for one in known]
    return {"enum": [value for one in known for value in one]} if kind == "anyOf" or _apart(keys) else None


def _apart(sets: Sequence[frozenset[str]]) -> bool:
    return sum(map(len, sets)) == len(frozenset().union(*sets))


def types_named(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - what a document says
    """Return the names of a `type`, which may be one or a list; what is neither names nothing."""
    stated = value if isinstance(value, list) else [value]
    return tuple(name for name in stated if isinstance(name, str))


def listed(value: Mapping[str, Any]) -> list[Any] | None:
    """Return the values to which `enum` or `const` confines, None where neither does."""
    found = [value["const"]] if "const" in value else value.get("enum")
    return found if isinstance(found, list) else None

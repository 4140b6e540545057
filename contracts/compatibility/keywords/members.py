"""What an object's schema says of each member, by name: all its parts taken together.

Rule: `additionalProperties` is about the members that its own part does not name, as JSON Schema says; so a
part of an `allOf` that is closed closes the others, too.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsonschema_rs

from contracts.compatibility.model import ABSENT, Side, Spot
from contracts.compatibility.shapes import Schema, Shape, below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.compatibility.nodes import Node
    from contracts.compatibility.unfolding import Part

HIDDEN = {Side.REQUEST: "readOnly", Side.RESPONSE: "writeOnly"}
"""What takes a member out of the messages of one side."""


class Members:
    """The members of objects of one shape, on one side of the wire."""

    def __init__(self, shape: Shape, side: Side) -> None:
        self._shape = shape
        self._hiding = HIDDEN.get(side, "")
        self._shapes: dict[str, Shape] = {}

    @cached_property
    def named(self) -> dict[str, list[Node]]:
        """Return what stands under `properties`, by name."""
        return self._shape.named("properties")

    @cached_property
    def demanded(self) -> frozenset[str]:
        """Return the names under `required`."""
        return frozenset(
            name for part, _ in self._shape.saying("required") for name in part.node.texts("required")
        )

    @cached_property
    def rest(self) -> Schema:
        """Return what members must be that nobody names."""
        return self._shape.schema_of(self._shape.nodes("additionalProperties"))

    @cached_property
    def closed(self) -> bool:
        """Say whether members that nobody names are wrong."""
        keywords = ("additionalProperties", "unevaluatedProperties")
        return any(Shape(self._shape.schema_of(self._shape.nodes(key))).forbidden for key in keywords)

    @property
    def confined(self) -> bool:
        """Say whether members that nobody names must fit a schema."""
        return bool(self.rest.nodes) and not Shape(self.rest).forbidden

    def schema(self, name: str) -> Schema:
        """Return what a member of this name must be."""
        return self._shape.schema_of(self._nodes(name))

    def known(self, name: str) -> bool:
        """Say whether there may be a member that is described under this name."""
        return name in self.named and not self._of(name).forbidden

    def refused(self, name: str) -> bool:
        """Say whether there must be no member of this name."""
        return self._of(name).forbidden or (name not in self.named and self.closed)

    def hidden(self, name: str) -> bool:
        """Say whether a member is never in the messages of this side."""
        return any(
            value is True for _, value in (self._of(name).saying(self._hiding) if self._hiding else ())
        )

    def required(self, name: str) -> bool:
        """Say whether a message of this side needs the member."""
        return name in self.demanded and not self.hidden(name)

    def member_spot(self, name: str) -> Spot:
        """Return where a member is described, or the schema that does not describe it."""
        found = self.named.get(name)
        return found[0].spot() if found else self._shape.home.lack()

    def demand_spot(self, name: str) -> Spot:
        """Return where a member is demanded, or the schema that does not demand it."""
        for part, _ in self._shape.saying("required"):
            if name in part.node.texts("required"):
                return below(part, "required", name)
        return self._shape.spot("required", ABSENT)

    def _of(self, name: str) -> Shape:
        if name not in self._shapes:
            self._shapes[name] = Shape(self.schema(name))
        return self._shapes[name]

    def _nodes(self, name: str) -> Iterator[Node]:
        for part in self._shape.parts:
            about = list(_about(part, name))
            yield from about
            if not about and "additionalProperties" in part.value:
                yield part.node.at("additionalProperties")


def _about(part: Part, name: str) -> Iterator[Node]:
    if "properties" in part.value:
        node = part.node.at("properties").get(name)
        yield from () if node is None else (node,)
    if "patternProperties" in part.value:
        yield from (node for key, node in part.node.named("patternProperties").items() if fits(key, name))


def fits(pattern: str, name: str) -> bool:
    """Say whether a name fits a pattern; what is no pattern, or takes too long, is taken to fit nothing."""
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid(name)
    except ValueError:
        return False

"""A place in a message: the points at it, and the places below. Made once, walked for each message.

Rules: a name is built from the place and what may differ there, so that two schemas that speak of one place
share its points. `if` is a condition, never a value: what stands in it is no point.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from contracts.coverage.kinds import Kind
from contracts.coverage.naming import alternative_names, condition_name
from contracts.coverage.shapes import Shape, shape
from contracts.parts import Part, fragment
from contracts.resources import openapi_uri, registry
from contracts.violations import compile_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jsonschema_rs import Validator

    from contracts.document import Document

encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Presence:
    """A member that need not be there, and the points of its being there and not."""

    member: str
    given: str
    absent: str


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways to be valid: an alternative, or what a condition leads to."""

    point: str
    place: Place


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a schema parts: what is followed when the validator holds, and when not."""

    validator: Validator
    held: Way
    other: Way | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Place:
    """What may differ at one place, each with the name of its point, and the places below."""

    values: Mapping[bytes, str]
    types: Mapping[str, str]
    presence: tuple[Presence, ...]
    members: Mapping[str, Place]
    others: Way | None
    empty: str | None
    filled: str | None
    items: Place | None
    forks: tuple[Fork, ...]

    @cached_property
    def points(self) -> Mapping[str, Kind]:
        """Return every point at it and below it, in the order in which they are told."""
        own = dict.fromkeys(self.values.values(), Kind.ENUM_VALUES)
        own |= dict.fromkeys(self._branches(), Kind.BRANCHES)
        for place in self._below():
            own |= place.points
        return own

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names of all of them."""
        return frozenset(self.points)

    @property
    def _ways(self) -> Iterator[Way]:
        yield from (way for fork in self.forks for way in (fork.held, fork.other) if way is not None)
        yield from (self.others,) if self.others else ()

    def _branches(self) -> Iterator[str]:
        yield from self.types.values()
        yield from (name for name in (self.empty, self.filled) if name is not None)
        yield from (way.point for way in self._ways)
        yield from (name for each in self.presence for name in (each.given, each.absent))

    def _below(self) -> Iterator[Place]:
        yield from self.members.values()
        yield from (self.items,) if self.items else ()
        yield from (way.place for way in self._ways)


class Places:
    """Makes the places of one document."""

    def __init__(self, document: Document) -> None:
        self.root = Part("", document.raw)
        self._uri = openapi_uri(document.name)
        self._registry = registry((document.name, document.raw))
        self._validators: dict[str, Validator] = {}

    def of(
        self,
        name: str,
        parts: Iterable[Part],
        required: frozenset[str] = frozenset(),
        within: frozenset[str] = frozenset(),
    ) -> Place:
        """Return the place of this name, which these schemas speak of."""
        said = shape(self.root, parts, required, within)
        named = said.members
        members = {member: self.of(f"{name}.{member}", named[member], within=said.within) for member in named}
        array = "array" in said.types or bool(said.items)
        return Place(
            values={encode(value): f"{name} = {encode(value).decode()}" for value in said.values},
            types=_types(name, said),
            presence=tuple(
                Presence(member, f"{name}.{member} given", f"{name}.{member} absent")
                for member in named
                if member not in said.required
            ),
            members=members,
            others=self._others(name, said),
            empty=f"{name} is empty" if array and said.may_be_empty and not _counted(said) else None,
            filled=f"{name} is not empty" if array and said.may_be_filled and not _counted(said) else None,
            items=self.of(f"{name}[]", said.items, within=said.within) if said.items else None,
            forks=(*self._alternatives(name, said), *self._conditions(name, said)),
        )

    def _others(self, name: str, said: Shape) -> Way | None:
        if said.others is None:
            return None
        return Way(f"{name} with other members", self.of(f"{name}.*", said.others, within=said.within))

    def _alternatives(self, name: str, said: Shape) -> Iterable[Fork]:
        for part in said.parts:
            for word in ("oneOf", "anyOf"):
                schemas = part.value.get(word, ())
                for at, label in enumerate(alternative_names(schemas)):
                    one = part.at(word, at)
                    place = self.of(name, (one,), said.required, said.within)
                    yield Fork(self._validator(one), Way(f"{name} as {label}", place))

    def _conditions(self, name: str, said: Shape) -> Iterable[Fork]:
        for part in said.parts:
            if "if" not in part.value:
                continue
            label = condition_name(part.value["if"])
            held, other = (
                Way(
                    f"{name} {word} {label}", self.of(name, self._then(part, key), said.required, said.within)
                )
                for word, key in (("when", "then"), ("unless", "else"))
            )
            yield Fork(self._validator(part.at("if")), held, other)

    @staticmethod
    def _then(part: Part, key: str) -> tuple[Part, ...]:
        return (part.at(key),) if key in part.value else ()

    def _validator(self, part: Part) -> Validator:
        if part.pointer not in self._validators:
            address = f"{self._uri}#{fragment(part.pointer)}"
            self._validators[part.pointer] = compile_schema(address, self._registry)
        return self._validators[part.pointer]


def _counted(said: Shape) -> bool:
    return bool(said.values) and "boolean" not in said.types


def _types(name: str, said: Shape) -> dict[str, str]:
    """Return the points of types, where there are several and values do not tell them apart."""
    several = len(said.types) > 1 and not _counted(said)
    return {kind: f"{name} is {kind}" for kind in said.types} if several else {}

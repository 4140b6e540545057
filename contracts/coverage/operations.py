"""The points of a document, operation by operation, made once.

Rules: an answer that many operations share (a `$ref` to components/responses) is one place, named after its
component: its status is each operation's, what is in it is looked for once. Successes of one operation of
which the document says the very same are one, too ("200 or 201"): which of them it is, is left open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from contracts.compiled import compile_document
from contracts.coverage.kinds import Kind
from contracts.coverage.places import Place, Places
from contracts.parts import Part, follow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.compiled import Checks, Parameter
    from contracts.document import Document


SUCCESS = "2"


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter, and the points of its being there, of its not being there and of its values."""

    parameter: Parameter
    given: str
    absent: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body by media type; the points of its being there and not, where it need not be."""

    places: Mapping[str, Place]
    given: str | None = None
    absent: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What one documented status may look like: its own point, and a place for each media type."""

    point: str
    places: Mapping[str, Place]
    names: frozenset[str]


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation's points, ready for its exchanges."""

    checks: Checks
    point: str
    arguments: tuple[Argument, ...]
    body: Body
    answers: Mapping[str, Answer]

    @cached_property
    def request_points(self) -> Mapping[str, Kind]:
        """Return the points that a request touches."""
        return dict(_request_points(self))


@cache
def operations(document: Document) -> dict[str, Operation]:
    """Return the points of every operation, by operation id."""
    maker = _Maker(document)
    return {
        operation_id: maker.operation(checks) for operation_id, checks in compile_document(document).items()
    }


@cache
def points_of(document: Document) -> dict[str, Kind]:
    """Return every point of a document and its kind, in the order of the document."""
    return {
        name: kind
        for operation in operations(document).values()
        for name, kind in (*operation.request_points.items(), *_answer_points(operation))
    }


def operations_of(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the points that are an operation's alone, by its name: not those of a shared answer."""
    return {
        operation.point: tuple(
            name
            for name in (*operation.request_points, *dict(_answer_points(operation)))
            if name.startswith(operation.point)
        )
        for operation in operations(document).values()
    }


class _Maker:
    def __init__(self, document: Document) -> None:
        self._places = Places(document)
        self._root = self._places.root
        self._shared: dict[str, Mapping[str, Place]] = {}

    def operation(self, checks: Checks) -> Operation:
        item = self._root.at("paths", checks.operation.template)
        node = item.at(checks.operation.method.lower())
        parameters = [*self._listed(item), *self._listed(node)]
        return Operation(
            checks=checks,
            point=checks.name,
            arguments=tuple(
                self._argument(checks.name, parameter, written)
                for parameter, written in zip(checks.parameters, parameters, strict=True)
            ),
            body=self._body(checks, node),
            answers=self._answers(checks.name, node),
        )

    def _listed(self, holder: Part) -> list[Part]:
        listed = range(len(holder.value.get("parameters", ())))
        return [follow(self._root, holder.at("parameters", at)) for at in listed]

    def _argument(self, operation: str, parameter: Parameter, node: Part) -> Argument:
        name = f"{operation} {parameter.part} {parameter.name}"
        schema = (node.at("schema"),) if "schema" in node.value else ()
        absent = None if parameter.required else f"{name} absent"
        return Argument(parameter, f"{name} given", absent, self._places.of(name, schema))

    def _body(self, checks: Checks, node: Part) -> Body:
        if not checks.body:
            return Body({})
        name = f"{checks.name} request"
        places = self._by_media(name, follow(self._root, node.at("requestBody")))
        if checks.body_required:
            return Body(places)
        return Body(places, f"{name} given", f"{name} absent")

    def _answers(self, operation: str, node: Part) -> dict[str, Answer]:
        listed = {key: node.at("responses", key) for key in node.value["responses"]}
        return {
            key: self._answer(f"{operation} {' or '.join(_alike(listed, key))}", answer)
            for key, answer in listed.items()
        }

    def _answer(self, point: str, listed: Part) -> Answer:
        shared = listed.value.get("$ref", "").rpartition("/")[2]
        places = self._shared_places(shared, listed) if shared else self._by_media(point, listed)
        names = frozenset([point]).union(*(place.names for place in places.values()))
        return Answer(point, places, names)

    def _shared_places(self, name: str, listed: Part) -> Mapping[str, Place]:
        if name not in self._shared:
            self._shared[name] = self._by_media(name, follow(self._root, listed))
        return self._shared[name]

    def _by_media(self, name: str, holder: Part) -> dict[str, Place]:
        """Return a place for each kind of JSON; anything else has no branches that a schema could tell."""
        return {
            media.lower(): self._places.of(name, (holder.at("content", media, "schema"),))
            for media, content in holder.value.get("content", {}).items()
            if "schema" in content and media.lower().endswith("json")
        }


def _alike(listed: Mapping[str, Part], key: str) -> list[str]:
    """Return the successes of which the same is said as of this one; anything else is alone."""
    if not key.startswith(SUCCESS):
        return [key]
    return [
        other for other in listed if other.startswith(SUCCESS) and listed[other].value == listed[key].value
    ]


def _request_points(operation: Operation) -> Iterator[tuple[str, Kind]]:
    yield operation.point, Kind.OPERATIONS
    for argument in operation.arguments:
        yield argument.given, Kind.PARAMETERS
        if argument.absent is not None:
            yield argument.absent, Kind.PARAMETERS
        yield from argument.place.points.items()
    for name in (operation.body.given, operation.body.absent):
        if name is not None:
            yield name, Kind.BRANCHES
    for place in operation.body.places.values():
        yield from place.points.items()


def _answer_points(operation: Operation) -> Iterator[tuple[str, Kind]]:
    for answer in operation.answers.values():
        yield answer.point, Kind.STATUS_CODES
        for place in answer.places.values():
            yield from place.points.items()

"""A valid request of an operation, made of its contract's examples and of what is known to exist.

Rule: pure; the same contract and the same values give the same request.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from harness.fuzzing.asking import Request
from harness.fuzzing.narrow import follow, narrow_example

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.document import Document
    from contracts.routing import Operation

Json = Any  # as json.loads returns it
Path = tuple[str | int, ...]
JSON = "application/json"
_HOLE = "@@the-hole@@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A request in its parts. `body` is None where the operation takes none."""

    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json = None

    @property
    def target(self) -> str:
        """Return path and query, encoded."""
        return self.target_with({name: quote(value, safe="") for name, value in self.path.items()})

    def target_with(self, path: Mapping[str, str]) -> str:
        """Return path and query, with path parameters that are encoded already."""
        target = self.operation.template
        for name, value in path.items():
            target = target.replace(f"{{{name}}}", value)
        return target + (f"?{urlencode(self.query)}" if self.query else "")

    def request(self) -> Request:
        """Return it as it goes over the wire."""
        if self.body is None:
            return Request(method=self.operation.method, target=self.target)
        return self.request_with(json.dumps(self.body).encode())

    def request_with(self, body: bytes) -> Request:
        """Return it with other bytes for a body."""
        return Request(
            method=self.operation.method,
            target=self.target,
            headers=(("Content-Type", JSON),),
            body=body,
        )

    def with_path(self, name: str, value: str) -> Sample:
        """Return it with another value of a path parameter."""
        return replace(self, path={**self.path, name: value})

    def with_query(self, name: str, value: str) -> Sample:
        """Return it with another value of a query parameter."""
        return replace(self, query={**self.query, name: value})

    def with_members(self, **members: Json) -> Sample:
        """Return it with these members in its body."""
        return replace(self, body={**self.body, **members})

    def with_text_at(self, leaf: Path, text: str) -> bytes:
        """Return its body's bytes with a piece of JSON, as it is written, at a place."""
        hollow = json.dumps(_replaced(self.body, leaf, _HOLE))
        return hollow.replace(f'"{_HOLE}"', text).encode("utf-8", "surrogatepass")

    def leaves(self) -> Iterator[Path]:
        """Yield the places in its body that hold no object and no list; of each list the first item's."""
        yield from _leaves(self.body)


def sample(document: Document, operation: Operation, values: Mapping[str, str]) -> Sample | None:
    """Return the first valid request; None where the contract's examples do not make one."""
    return next(samples(document, operation, values), None)


def samples(document: Document, operation: Operation, values: Mapping[str, str]) -> Iterator[Sample]:
    """Yield a valid request for each example of the body; one, where there is no body."""
    item = document.raw["paths"][operation.template]
    node = item[operation.method.lower()]
    declared = [
        follow(document.raw, each) for each in (*item.get("parameters", ()), *node.get("parameters", ()))
    ]
    path = {each["name"]: _value(each, values) for each in declared if each["in"] == "path"}
    query = {
        each["name"]: _value(each, values)
        for each in declared
        if each["in"] == "query" and each.get("required")
    }
    if not all((*path.values(), *query.values())):
        return
    for body in _bodies(document, node):
        fitted = narrow_example(document.raw, body, values)
        yield Sample(operation=operation, path=path, query=query, body=fitted)


def query_names(document: Document, operation: Operation) -> tuple[str, ...]:
    """Return the names of an operation's query parameters."""
    return tuple(_queries(document, operation))


def query_numbers(document: Document, operation: Operation) -> frozenset[str]:
    """Return the names of those query parameters that are whole numbers."""
    declared = _queries(document, operation)
    return frozenset(name for name, schema in declared.items() if schema.get("type") == "integer")


def _queries(document: Document, operation: Operation) -> dict[str, Json]:
    item = document.raw["paths"][operation.template]
    nodes = (*item.get("parameters", ()), *item[operation.method.lower()].get("parameters", ()))
    declared = (follow(document.raw, node) for node in nodes)
    return {
        each["name"]: follow(document.raw, each.get("schema", {}))
        for each in declared
        if each["in"] == "query"
    }


def _value(parameter: Json, values: Mapping[str, str]) -> str:
    examples = parameter.get("examples", {})
    shown = [each["value"] for each in examples.values()] or [parameter.get("example", "")]
    return values.get(parameter["name"]) or str(shown[0])


def _bodies(document: Document, node: Json) -> list[Json]:
    if "requestBody" not in node:
        return [None]
    media = follow(document.raw, node["requestBody"])["content"].get(JSON, {})
    examples = [each["value"] for each in media.get("examples", {}).values()]
    return examples or ([media["example"]] if "example" in media else [])


def _leaves(value: Json, at: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, (*at, name))
    elif isinstance(value, list) and value:
        yield from _leaves(value[0], (*at, 0))
    elif at and not isinstance(value, list):
        yield at


def at_place(value: Json, place: Path) -> Json:
    """Return what stands at a place."""
    for step in place:
        value = value[step]
    return value


def _replaced(value: Json, at: Path, other: Json) -> Json:
    if not at:
        return other
    first, *rest = at
    if isinstance(value, list):
        return [
            _replaced(item, tuple(rest), other) if index == first else item
            for index, item in enumerate(value)
        ]
    return {
        name: _replaced(member, tuple(rest), other) if name == first else member
        for name, member in value.items()
    }

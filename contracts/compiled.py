"""A document made ready to check messages: every schema compiled once, every `$ref` followed once.

Rules: compiling may take a millisecond; what it yields checks a message in microseconds and keeps no state.
What requests must be is compiled at once, what answers must be when the first answer is checked: whoever only
serves an operation never needs it, and it is most of a document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import jsonschema_rs

from contracts.parts import Part, follow, fragment
from contracts.resources import openapi_uri, registry
from contracts.violations import compile_schema

if TYPE_CHECKING:
    from contracts.document import Document
    from contracts.routing import Operation

Contents = Mapping[str, jsonschema_rs.Validator | None]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter or a response header: `name` is lower case for headers."""

    name: str
    part: str
    required: bool
    types: frozenset[str]
    validator: jsonschema_rs.Validator | None


@dataclass(frozen=True, slots=True)
class Response:
    """What one status may look like. `may_be_empty`: there need not be a body (`x-may-be-empty`)."""

    headers: tuple[Parameter, ...]
    contents: Contents
    may_be_empty: bool = False


@dataclass(frozen=True)
class Checks:
    """All that is said of one operation's messages. `closed_query`: an undocumented parameter is a breach."""

    operation: Operation
    name: str
    parameters: tuple[Parameter, ...]
    closed_query: bool
    body_required: bool
    body: Contents
    compile_responses: Callable[[], Mapping[str, Response]]

    @cached_property
    def responses(self) -> Mapping[str, Response]:
        """Return what is said of each status that is named, of hundreds ("4XX") and of "default"."""
        return self.compile_responses()

    def response(self, status: int) -> Response | None:
        """Return what is said of this status: by itself, by its hundred ("4XX") or by `default`."""
        key = self.key_of(status)
        return None if key is None else self.responses[key]

    def key_of(self, status: int) -> str | None:
        """Return under which key it is said; None for a status that is not documented."""
        keys = (str(status), f"{status // 100}XX", "default")
        return next((key for key in keys if key in self.responses), None)


@cache
def compile_document(document: Document) -> dict[str, Checks]:
    """Return the checks of every operation, by operation id."""
    compiler = _Compiler(document)
    return {operation.operation_id: compiler.operation(operation) for operation in document.operations}


class _Compiler:
    def __init__(self, document: Document) -> None:
        self._root = Part("", document.raw)
        self._uri = openapi_uri(document.name)
        self._registry = registry((document.name, document.raw))
        self._closed_query = document.raw.get("x-unknown-query") == "refused"
        self._compiled: dict[str, jsonschema_rs.Validator] = {}

    def operation(self, operation: Operation) -> Checks:
        item = self._root.at("paths", operation.template)
        node = item.at(operation.method.lower())
        body = self._follow(node.at("requestBody")) if "requestBody" in node.value else Part("", {})
        return Checks(
            operation=operation,
            name=operation.name,
            parameters=tuple(self._parameters(item)) + tuple(self._parameters(node)),
            closed_query=self._closed_query,
            body_required=body.value.get("required", False),
            body=self._contents(body),
            compile_responses=lambda: {
                status: self._response(self._follow(node.at("responses", status)))
                for status in node.value["responses"]
            },
        )

    def _parameters(self, holder: Part) -> Iterator[Parameter]:
        for index in range(len(holder.value.get("parameters", ()))):
            node = self._follow(holder.at("parameters", index))
            yield self._parameter(node, node.value["name"], node.value["in"])

    def _response(self, node: Part) -> Response:
        headers = node.at("headers") if "headers" in node.value else Part("", {})
        return Response(
            headers=tuple(
                self._parameter(self._follow(headers.at(name)), name, "header") for name in headers.value
            ),
            contents=self._contents(node),
            may_be_empty=node.value.get("x-may-be-empty", False),
        )

    def _parameter(self, node: Part, name: str, part: str) -> Parameter:
        schema = node.at("schema") if "schema" in node.value else None
        return Parameter(
            name=name.lower() if part == "header" else name,
            part=part,
            required=node.value.get("required", False),
            types=self._types(schema) if schema else frozenset(),
            validator=self._validator(schema) if schema else None,
        )

    def _types(self, schema: Part) -> frozenset[str]:
        stated = self._follow(schema).value.get("type", "string")
        return frozenset([stated] if isinstance(stated, str) else stated)

    def _contents(self, holder: Part) -> Contents:
        return {
            media.lower(): self._validator(holder.at("content", media, "schema"))
            if "schema" in value
            else None
            for media, value in holder.value.get("content", {}).items()
        }

    def _validator(self, schema: Part) -> jsonschema_rs.Validator:
        """Return the validator of the schema that stands there; one that many refer to is compiled once."""
        pointer = self._follow(schema).pointer if schema.value.keys() == {"$ref"} else schema.pointer
        if pointer not in self._compiled:
            self._compiled[pointer] = compile_schema(f"{self._uri}#{fragment(pointer)}", self._registry)
        return self._compiled[pointer]

    def _follow(self, part: Part) -> Part:
        return follow(self._root, part)

"""Documents by chance, put together of small pieces: cheap to draw, and each piece is one that matters."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.contracts.compatibility.documents import BASE, JSON

Document = dict[str, Any]
Pair = tuple[Document, Document]
Piece = Callable[[Any], Document]
TYPES = ("string", "integer", "number", "object", "array", "boolean", "null")
ASSERTIONS: tuple[Document, ...] = (
    *({"type": name} for name in TYPES),
    *({"type": [name, "null"]} for name in TYPES[:4]),
    *({"enum": values} for values in (["a", "b"], ["b", 1, None], [True, False], ["a"])),
    *({"const": value} for value in ("a", "b", 1, None)),
    *({"default": value} for value in ("a", None)),
    *({"minimum": 1, "maximum": bound} for bound in (2, 3.5)),
    *({"exclusiveMaximum": bound} for bound in (2, 4)),
    *({"multipleOf": step} for step in (1, 2, 3)),
    *({"minLength": length} for length in (0, 2)),
    {"maxItems": 1},
    {"uniqueItems": True},
    *({"pattern": text} for text in ("^a", "b$")),
    *({"format": name} for name in ("date", "int32", "int64")),
    {"deprecated": True},
    {"readOnly": True},
    {"writeOnly": True},
    *({"required": names} for names in ([], ["a"], ["a", "b"])),
    {"minProperties": 1},
    {"dependentRequired": {"a": ["b"]}},
    {"discriminator": {"propertyName": "a", "mapping": {"x": "Cat"}}},
)
HOLDERS: tuple[Piece, ...] = (
    *((lambda schema, name=name: {"properties": {name: schema}}) for name in ("a", "b")),
    lambda schema: {"properties": {"a": schema, "b": True}, "additionalProperties": False},
    lambda schema: {"additionalProperties": schema},
    lambda schema: {"patternProperties": {"^a": schema, "(": True}},
    lambda schema: {"dependentSchemas": {"a": schema}},
    lambda schema: {"propertyNames": schema},
    lambda schema: {"unevaluatedProperties": schema},
    lambda schema: {"items": schema},
    lambda schema: {"prefixItems": [schema], "items": False},
    lambda schema: {"prefixItems": [{}, schema]},
    lambda schema: {"contains": schema, "maxContains": 2},
    lambda schema: {"anyOf": [schema, {"type": "string", "minLength": 1}]},
    lambda schema: {"oneOf": [schema, {"$ref": "#/components/schemas/Cat"}]},
    lambda schema: {"oneOf": [schema, {"type": "null"}]},
    lambda schema: {"allOf": [schema, {"properties": {"a": {"type": "string"}}}]},
    lambda schema: {"not": schema},
    lambda schema: {"if": schema, "then": {"required": ["a"]}},
    lambda schema: {"if": {"required": ["a"]}, "then": schema, "else": False},
)
NAMED = tuple({"$ref": f"#/components/schemas/{name}"} for name in ("Cat", "Dog", "Tree"))


def merged(pieces: list[Document]) -> Document:
    return {key: copy.deepcopy(value) for piece in pieces for key, value in piece.items()}


SAID = st.lists(st.sampled_from(ASSERTIONS), max_size=3).map(merged)
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    SAID | st.sampled_from((*NAMED, True, False)).map(copy.deepcopy),
    lambda inner: st.tuples(SAID, st.sampled_from(HOLDERS), inner).map(lambda p: {**p[0], **p[1](p[2])}),
    max_leaves=3,
)


def answer(status: str, **members: Any) -> Piece:  # noqa: ANN401 - pieces of a document
    return lambda schema: {"responses": {status: {**members, "content": {JSON: {"schema": schema}}}}}


def parameter(where: str, **members: Any) -> Piece:  # noqa: ANN401 - pieces of a document
    return lambda schema: {"parameters": [{"name": "id", "in": where, "schema": schema, **members}]}


def always(**members: Any) -> Piece:  # noqa: ANN401 - pieces of a document
    return lambda _schema: copy.deepcopy(members)


def body(media: str, **members: Any) -> Piece:  # noqa: ANN401 - pieces of a document
    return lambda schema: {"requestBody": {"content": {media: {"schema": schema}}, **members}}


PIECES: tuple[Piece, ...] = (
    answer("200"),
    answer("2XX"),
    answer("404"),
    answer("default", links={"next": {"operationId": "a"}}),
    lambda schema: {"responses": {"200": {"headers": {"X-Much": {"schema": schema, "required": True}}}}},
    lambda schema: {"responses": {"200": {"headers": {"x-much": {"schema": schema}}}}},
    always(responses={"200": {"content": {"text/csv": {}}}, "303": {}}),
    parameter("query", required=True),
    parameter("query", explode=False, deprecated=True),
    parameter("header"),
    parameter("path"),
    body(JSON),
    body("application/*", required=True),
    always(deprecated=True),
    always(operationId="a"),
    always(operationId="b", tags=["a", "b"]),
    always(security=[]),
    always(security=[{"bearer": ["a"]}, {}]),
    always(security=[{"bearer": []}, {"key": ["b"]}]),
    always(servers=[{"url": "/v1/"}]),
    lambda schema: {"callbacks": {"done": {"{$url}": {"post": body(JSON)(schema)}}}},
)
PLACES = (("/a", "get"), ("/a", "post"), ("/a/{id}", "get"), ("/a/{key}", "get"))
PARTS = st.tuples(
    st.tuples(SCHEMAS, SCHEMAS),
    st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(PIECES), st.integers(0, 1)), max_size=5),
    st.sampled_from(([], ["/"], ["/v1"], ["/v1/", "/v2"])),
)


def built(parts: Any) -> Document:  # noqa: ANN401 - what PARTS draws
    """Return a document of pieces; later ones of an operation stand in place of earlier ones."""
    schemas, pieces, servers = parts
    document = copy.deepcopy(BASE)
    document["paths"] = {}
    document["servers"] = [{"url": url} for url in servers]
    document["components"]["schemas"]["Tree"] = copy.deepcopy(schemas[0])
    for (path, method), piece, which in pieces:
        operation = document["paths"].setdefault(path, {}).setdefault(method, {"responses": {}})
        operation.update(copy.deepcopy(piece(schemas[which])))
    return document


DOCUMENTS = PARTS.map(built)
PAIRS: st.SearchStrategy[Pair] = st.tuples(PARTS, PARTS, st.integers(0, 7)).map(
    lambda drawn: (
        built(drawn[0]),
        built([drawn[0][part] if drawn[2] & 1 << part else drawn[1][part] for part in range(3)]),
    )
)
JUNK: tuple[Any, ...] = (None, 0, "x", [], {}, [1], {"$ref": "#/nowhere"}, {"$ref": 3}, {"type": 5}, True)


@st.composite
def spoilt(draw: st.DrawFn) -> Pair:
    """Return a document in which some value is something else, and the document as it was."""
    whole: Document = draw(DOCUMENTS)
    document = copy.deepcopy(whole)
    node: Any = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        if not node[key] or not isinstance(node[key], dict | list) or draw(st.integers(0, 5)) == 0:
            node[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
            return document, whole
        node = node[key]

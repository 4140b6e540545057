"""What changes no message is no change, however it is written; what helps clients is safe."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.compatibility import ABSENT, Level
from tests.contracts.compatibility.documents import (
    BASE,
    BODY,
    GET,
    JSON,
    OK,
    POST,
    SCHEMES,
    diff,
    header_schema,
    query_schema,
    request_schema,
    response_schema,
    with_,
)

CAT, DOG = {"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}
STRING, INTEGER, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
OBJECT = {"type": "object"}
A, B = {"properties": {"a": STRING}}, {"properties": {"b": INTEGER}}
AB: dict[str, Any] = {"type": "object", "properties": {"a": STRING, "b": INTEGER}, "required": ["a", "b"]}
INLINE_CAT = BASE["components"]["schemas"]["Cat"]
LEAF = {"type": "object", "required": ["leaf"]}
PLACES = (request_schema, response_schema, query_schema, header_schema)

SAME_SCHEMAS: dict[str, tuple[Any, Any]] = {
    "anything": ({}, True),
    "nothing": (False, {"not": {}}),
    "one type in a list": (STRING, {"type": ["string"]}),
    "types in another order": ({"type": ["string", "null"]}, {"type": ["null", "string"]}),
    "all types": ({}, {"type": ["null", "boolean", "object", "array", "number", "string"]}),
    "number holds integer": (NUMBER, {"type": ["number", "integer"]}),
    "types as alternatives": ({"type": ["string", "integer"]}, {"anyOf": [INTEGER, STRING]}),
    "null as an alternative": ({"type": ["string", "null"]}, {"oneOf": [STRING, {"type": "null"}]}),
    "null beside a definition": ({"anyOf": [CAT, {"type": "null"}]}, {"oneOf": [{"type": "null"}, CAT]}),
    "an alternative alone": (CAT, {"oneOf": [CAT]}),
    "alternatives in another order": ({"oneOf": [CAT, DOG]}, {"oneOf": [DOG, CAT]}),
    "a definition written out": (CAT, INLINE_CAT),
    "a definition written out in a list": ({"anyOf": [CAT, DOG]}, {"anyOf": [INLINE_CAT, DOG]}),
    "all of one": (AB, {"allOf": [AB]}),
    "all of two that say it together": (
        AB,
        {"type": "object", "allOf": [{**A, "required": ["a"]}, {**B, "required": ["b"]}]},
    ),
    "all of nothing": (STRING, {"allOf": [{}, STRING, True]}),
    "siblings of a reference": (
        {"$ref": "#/components/schemas/Cat", "minProperties": 2},
        {"allOf": [CAT, {"minProperties": 2}]},
    ),
    "a circle begun later": (
        {"$ref": "#/components/schemas/Tree"},
        {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
    ),
    "a circle of alternatives": (
        {"oneOf": [{"type": "object", "anyOf": [CAT, {"$ref": "#/components/schemas/Knot"}]}, STRING]},
        {
            "oneOf": [
                STRING,
                {"allOf": [{"anyOf": [{"$ref": "#/components/schemas/Knot"}, INLINE_CAT]}, OBJECT]},
            ]
        },
    ),
    "values in another order": ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    "values with their type": ({"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}),
    "one value": ({"const": "a"}, {"enum": ["a"]}),
    "values as alternatives": (
        {"enum": ["a", "b"]},
        {"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]},
    ),
    "both booleans": ({"type": "boolean"}, {"type": "boolean", "enum": [True, False]}),
    "1 and 1.0": ({"enum": [1, 2]}, {"enum": [1.0, 2]}),
    "no least length": (STRING, {"type": "string", "minLength": 0}),
    "a bound twice": (
        {"type": "string", "maxLength": 3},
        {"maxLength": 5, "allOf": [STRING, {"maxLength": 3}]},
    ),
    "a bound of another type": (INTEGER, {"type": "integer", "maxLength": 3, "pattern": "x"}),
    "a bound beside members": (AB, {**AB, "minItems": 3, "minimum": 1, "uniqueItems": True}),
    "an exclusive bound of integers": (
        {"type": "integer", "minimum": 1, "maximum": 9},
        {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10},
    ),
    "a fraction as a bound of integers": (
        {"type": "integer", "minimum": 1},
        {"type": "integer", "minimum": 0.5},
    ),
    "the format of another type": (STRING, {"type": "string", "format": "int64"}),
    "multiples of one": (INTEGER, {"type": "integer", "multipleOf": 1}),
    "multiples twice": (
        {"type": "integer", "multipleOf": 6},
        {"allOf": [{"type": "integer", "multipleOf": 2}, {"multipleOf": 3}]},
    ),
    "items that may be anything": ({"type": "array"}, {"type": "array", "items": {}, "minItems": 0}),
    "not unique": ({"type": "array"}, {"type": "array", "uniqueItems": False}),
    "a first item like all": (
        {"type": "array", "items": STRING},
        {"type": "array", "prefixItems": [STRING], "items": STRING},
    ),
    "contains at least one": (
        {"type": "array", "contains": STRING},
        {"type": "array", "contains": STRING, "minContains": 1},
    ),
    "members demanded in another order": (AB, {**AB, "required": ["b", "a"]}),
    "nothing demanded": ({"type": "object", **A}, {"type": "object", **A, "required": []}),
    "open by word": ({"type": "object", **A}, {"type": "object", **A, "additionalProperties": True}),
    "open to anything": (AB, {**AB, "additionalProperties": {}, "unevaluatedProperties": True}),
    "closed by a schema": (
        {**AB, "additionalProperties": False},
        {**AB, "additionalProperties": {"not": {}}},
    ),
    "a pattern that says nothing": (AB, {**AB, "patternProperties": {"^x": {}}}),
    "a condition without a consequence": (AB, {**AB, "if": {"required": ["a"]}}),
    "a condition written out": (
        {"if": CAT, "then": {"minProperties": 2}},
        {"allOf": [{"if": INLINE_CAT, "then": {"minProperties": 2.0}, "else": True}]},
    ),
    "a negation written out": ({"not": CAT}, {"not": {"allOf": [INLINE_CAT]}}),
    "a mapping that goes without saying": (
        {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}},
        {
            "oneOf": [CAT, DOG],
            "discriminator": {"propertyName": "kind", "mapping": {"Cat": "Cat", "Dog": "Dog"}},
        },
    ),
    "not deprecated": (STRING, {"type": "string", "deprecated": False}),
    "words": (
        STRING,
        {"type": "string", "title": "T", "description": "D", "examples": ["e"], "$comment": "c"},
    ),
    "an extension": (AB, {**AB, "x-order": 3}),
    "a keyword that nobody knows": (STRING, {"type": "string", "colour": "blue"}),
    "references with an escape": (
        {"$ref": "#/components/schemas/Cat"},
        {"$ref": "#/components/schemas/C%61t"},
    ),
}


@pytest.mark.parametrize("name", SAME_SCHEMAS)
def test_a_schema_that_says_the_same_is_no_change_wherever_it_stands(name: str) -> None:
    one, other = SAME_SCHEMAS[name]

    for place in PLACES:
        assert diff(place(one), place(other)) == (), place
        assert diff(place(other), place(one)) == (), place


PARAMETER = {"name": "q", "in": "query", "schema": {"type": "array"}}
GET_OPERATION = BASE["paths"]["/things"]["get"]
SAME_DOCUMENTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "words about the whole": (BASE, with_(("info",), {"title": "Other", "version": "2", "description": "D"})),
    "words about an operation": (BASE, with_((*GET, "summary"), "Lists them.")),
    "words about an answer": (BASE, with_((*OK, "description"), "Other words.")),
    "examples": (BASE, with_((*OK, "content", JSON), {"examples": {"one": {"value": 1}}})),
    "an extension": (BASE, with_(("x-team",), "a")),
    "an extension of a path": (BASE, with_(("paths", "x-paths"), {"get": 1})),
    "a list of tags": (BASE, with_(("tags",), [{"name": "a", "description": "A."}])),
    "documentation elsewhere": (BASE, with_((*GET, "externalDocs"), {"url": "https://example.org"})),
    "OpenAPI 3.1.1": (BASE, with_(("openapi",), "3.1.1")),
    "OpenAPI 3.0": (BASE, with_(("openapi",), "3.0.3")),
    "a definition that nobody uses": (BASE, with_(("components", "schemas", "Cow"), STRING)),
    "a definition gone that nobody used": (BASE, with_(("components", "schemas", "Dog"), ABSENT)),
    "a scheme that nobody uses": (BASE, with_((*SCHEMES, "mutual"), {"type": "mutualTLS"})),
    "no security, by word": (BASE, with_(("security",), [])),
    "anybody, by word": (BASE, with_((*GET, "security"), [{}])),
    "the default server, by word": (BASE, with_(("servers",), [{"url": "/"}])),
    "a slash behind a server": (
        with_(("servers",), [{"url": "https://example.org/v1"}]),
        with_(("servers",), [{"url": "https://example.org/v1/", "description": "D"}]),
    ),
    "servers in another order": (
        with_(("servers",), [{"url": "/v1"}, {"url": "/v2"}]),
        with_(("servers",), [{"url": "/v2"}, {"url": "/v1"}]),
    ),
    "security of all said of each": (
        with_(("security",), [{"bearer": []}]),
        with_((*POST, "security"), [{"bearer": []}], with_((*GET, "security"), [{"bearer": []}])),
    ),
    "a scheme by another name": (
        with_(("security",), [{"bearer": []}]),
        with_(
            (*SCHEMES, "token"),
            {"type": "http", "scheme": "bearer"},
            with_((*SCHEMES, "bearer"), ABSENT, with_(("security",), [{"token": []}])),
        ),
    ),
    "the case of a scheme": (BASE, with_((*SCHEMES, "bearer", "scheme"), "Bearer")),
    "the format of a token": (BASE, with_((*SCHEMES, "bearer", "bearerFormat"), "JWT")),
    "a parameter of the path said of the operation": (
        with_(("paths", "/things", "parameters"), [PARAMETER], with_(POST, ABSENT)),
        with_((*GET, "parameters"), [PARAMETER], with_(POST, ABSENT)),
    ),
    "a parameter with a name": (
        with_((*GET, "parameters"), [PARAMETER]),
        with_(
            ("components", "parameters", "Q"),
            PARAMETER,
            with_((*GET, "parameters"), [{"$ref": "#/components/parameters/Q"}]),
        ),
    ),
    "the default style, by word": (
        with_((*GET, "parameters"), [PARAMETER]),
        with_((*GET, "parameters"), [{**PARAMETER, "style": "form", "explode": True, "required": False}]),
    ),
    "apart or together, of one thing": (
        with_((*GET, "parameters"), [{**PARAMETER, "schema": STRING}]),
        with_((*GET, "parameters"), [{**PARAMETER, "schema": STRING, "explode": False}]),
    ),
    "the case of a header": (
        with_((*GET, "parameters"), [{"name": "X-A", "in": "header", "schema": STRING}]),
        with_((*GET, "parameters"), [{"name": "x-a", "in": "header", "schema": STRING}]),
    ),
    "a parameter that means nothing": (
        BASE,
        with_((*GET, "parameters"), [{"name": "Authorization", "in": "header", "required": True}]),
    ),
    "a body that need not be, by word": (BASE, with_((*BODY, "required"), value=False)),
    "a body with a name": (
        BASE,
        with_(
            ("components", "requestBodies", "B"),
            {"content": {JSON: {}}},
            with_(BODY, {"$ref": "#/components/requestBodies/B"}),
        ),
    ),
    "an answer with a name": (
        BASE,
        with_(
            ("components", "responses", "All"),
            GET_OPERATION["responses"]["200"],
            with_(OK, {"$ref": "#/components/responses/All"}),
        ),
    ),
    "a path item with a name": (
        BASE,
        with_(
            ("components", "pathItems", "Things"),
            BASE["paths"]["/things"],
            with_(("paths", "/things"), {"$ref": "#/components/pathItems/Things"}),
        ),
    ),
    "the case of a media type": (
        with_((*OK, "content"), {"application/json; charset=utf-8": {}}),
        with_((*OK, "content"), {"Application/JSON;charset=utf-8": {}}),
    ),
    "a media type of a range": (
        with_((*BODY, "content"), {"image/*": {}}),
        with_((*BODY, "content"), {"image/*": {}, "image/png": {}}),
    ),
    "a status of a hundred": (
        with_((*GET, "responses"), {"200": {"description": "A"}, "4XX": {"description": "B"}}),
        with_(
            (*GET, "responses"),
            {"200": {"description": "A"}, "4xx": {"description": "B"}, "404": {"description": "C"}},
        ),
    ),
    "a failure like the default": (
        with_((*GET, "responses"), {"200": {"description": "A"}, "default": {"description": "B"}}),
        with_(
            (*GET, "responses"),
            {"200": {"description": "A"}, "default": {"description": "B"}, "500": {"description": "C"}},
        ),
    ),
    "a header that the media type says": (
        BASE,
        with_((*OK, "headers"), {"Content-Type": {"schema": STRING}}),
    ),
    "words about a link": (
        with_((*OK, "links"), {"next": {"operationId": "more"}}),
        with_((*OK, "links"), {"next": {"operationId": "more", "description": "D", "x-a": 1}}),
    ),
    "words in a webhook": (
        with_(("webhooks",), {"made": {"post": {"responses": {"200": {"description": "A"}}}}}),
        with_(
            ("webhooks",), {"made": {"post": {"responses": {"200": {"description": "B"}}, "summary": "S"}}}
        ),
    ),
    "nullable, in OpenAPI 3.0": (
        with_(("openapi",), "3.0.3", request_schema({"type": "string", "nullable": True})),
        request_schema({"type": ["string", "null"]}),
    ),
    "nullable around a definition, in OpenAPI 3.0": (
        with_(("openapi",), "3.0.3", response_schema({"nullable": True, "allOf": [CAT]})),
        response_schema({"anyOf": [CAT, {"type": "null"}]}),
    ),
    "an exclusive bound, in OpenAPI 3.0": (
        with_(("openapi",), "3.0.3", request_schema({**NUMBER, "minimum": 1, "exclusiveMinimum": True})),
        request_schema({**NUMBER, "exclusiveMinimum": 1}),
    ),
    "siblings of a reference, in OpenAPI 3.0": (
        with_(("openapi",), "3.0.3", request_schema({**CAT, "minProperties": 9})),
        request_schema(CAT),
    ),
    "a member that is the server's, in a request": (
        request_schema(AB),
        request_schema({**AB, "properties": {**AB["properties"], "c": {"type": "string", "readOnly": True}}}),
    ),
    "a member that is only sent, in an answer": (
        response_schema(AB),
        response_schema(
            {**AB, "properties": {**AB["properties"], "c": {"type": "string", "writeOnly": True}}}
        ),
    ),
}


@pytest.mark.parametrize("name", SAME_DOCUMENTS)
def test_a_document_that_says_the_same_is_no_change(name: str) -> None:
    one, other = SAME_DOCUMENTS[name]

    assert diff(one, other) == ()
    assert diff(other, one) == ()


SAFE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a number where a text goes, in a query": (query_schema(INTEGER), query_schema(STRING)),
    "a text that is a number, in a header": (header_schema(STRING), header_schema(INTEGER)),
    "an integer where a number goes": (request_schema(INTEGER), request_schema(NUMBER)),
    "an integer of numbers": (response_schema(NUMBER), response_schema(INTEGER)),
    "a larger integer": (
        request_schema({"type": "integer", "format": "int32"}),
        request_schema({"type": "integer", "format": "int64"}),
    ),
    "anything of a text": (response_schema({}), response_schema(STRING)),
    "a larger circle": (
        request_schema({"$ref": "#/components/schemas/Tree"}),
        with_(
            ("components", "schemas", "Tree"),
            {"type": ["array", "string"], "items": {"$ref": "#/components/schemas/Tree"}},
            request_schema({"$ref": "#/components/schemas/Tree"}),
        ),
    ),
}


@pytest.mark.parametrize("name", SAFE)
def test_what_helps_clients_is_safe(name: str) -> None:
    old, new = SAFE[name]

    levels = [change.rule.level for change in diff(old, new)]

    assert levels == [Level.SAFE]

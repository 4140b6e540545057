"""Small documents for comparisons: one API, into which a test puts what it is about."""

from __future__ import annotations

import copy
from typing import Any

from contracts.compatibility import ABSENT, Change, compare, description_of

JSON = "application/json"
GET = ("paths", "/things", "get")
POST = ("paths", "/things", "post")
OK = (*GET, "responses", "200")
BODY = (*POST, "requestBody")
SCHEMES = ("components", "securitySchemes")

BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things": {
            "get": {"responses": {"200": {"description": "All.", "content": {JSON: {}}}}},
            "post": {
                "requestBody": {"content": {JSON: {}}},
                "responses": {"204": {"description": "Taken."}},
            },
        }
    },
    "components": {
        "schemas": {
            "Cat": {"type": "object", "required": ["purrs"], "properties": {"purrs": {"type": "boolean"}}},
            "Dog": {"type": "object", "required": ["barks"], "properties": {"barks": {"type": "boolean"}}},
            "Knot": {
                "anyOf": [{"$ref": "#/components/schemas/Knot"}, {"type": "object", "maxProperties": 9}]
            },
            "Tree": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        },
    },
}


def with_(at: tuple[str, ...], value: object, base: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the base with a value at a place; `ABSENT` takes away what is there."""
    document = copy.deepcopy(BASE if base is None else base)
    *holders, last = at
    node: Any = document
    for step in holders:
        node = node.setdefault(step, {})
    if value is ABSENT:
        node.pop(last, None)
    else:
        node[last] = copy.deepcopy(value)
    return document


def request_schema(schema: object) -> dict[str, Any]:
    return with_((*BODY, "content", JSON), {"schema": schema})


def response_schema(schema: object) -> dict[str, Any]:
    return with_((*OK, "content", JSON), {"schema": schema})


def query_schema(schema: object) -> dict[str, Any]:
    return with_((*GET, "parameters"), [{"name": "q", "in": "query", "schema": schema}])


def header_schema(schema: object) -> dict[str, Any]:
    return with_((*OK, "headers"), {"X-Much": {"schema": schema}})


def diff(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    return compare(description_of("old.yaml", old), description_of("new.yaml", new))


def rules(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [change.rule.id for change in diff(old, new)]

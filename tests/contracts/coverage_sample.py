"""A contract with one of everything that coverage counts, and messages that keep it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from contracts.coverage import Exchanged
from contracts.document import Document

JSON = (("Content-Type", "application/json"),)
COLOURS = ["red", "green"]

ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["colour"],
    "properties": {
        "colour": {"type": "string", "enum": COLOURS},
        "bold": {"type": "boolean"},
        "note": {"type": ["string", "null"]},
    },
    "if": {"properties": {"colour": {"const": "red"}}, "required": ["colour"]},
    "then": {"required": ["bold"]},
}
RAW: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "sample", "version": "1"},
    "paths": {
        "/things/{thing}": {
            "parameters": [{"name": "thing", "in": "path", "required": True, "schema": {"type": "string"}}],
            "put": {
                "operationId": "put",
                "parameters": [
                    {
                        "name": "size",
                        "in": "query",
                        "schema": {
                            "oneOf": [
                                {"title": "number", "pattern": "^[0-9]$"},
                                {"type": "string", "format": "uuid"},
                            ]
                        },
                    },
                    {"name": "X-Mood", "in": "header", "schema": {"enum": ["good", "bad"]}},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["items"],
                                "properties": {
                                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
                                },
                                "additionalProperties": {"type": "integer"},
                            }
                        }
                    }
                },
                "responses": {
                    "200": {
                        "description": "put",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "allOf": [
                                        {"$ref": "#/components/schemas/Item"},
                                        {"properties": {"colour": {"const": "green"}}},
                                    ]
                                }
                            }
                        },
                    },
                    "404": {"$ref": "#/components/responses/Refused"},
                },
            },
        },
        "/things": {
            "get": {
                "operationId": "list",
                "responses": {
                    "200": {
                        "description": "all",
                        "content": {
                            "application/json": {"schema": {"type": "array", "items": {"type": "string"}}}
                        },
                    },
                    "206": {
                        "description": "all",
                        "content": {
                            "application/json": {"schema": {"type": "array", "items": {"type": "string"}}}
                        },
                    },
                    "4XX": {"$ref": "#/components/responses/Refused"},
                },
            }
        },
    },
    "components": {
        "schemas": {
            "Item": ITEM,
            "Tree": {
                "type": "object",
                "properties": {"below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
            },
        },
        "responses": {
            "Refused": {
                "description": "no",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["again"],
                            "properties": {
                                "again": {"type": "boolean"},
                                "tree": {"$ref": "#/components/schemas/Tree"},
                            },
                        }
                    }
                },
            }
        },
    },
}
DOCUMENT = Document("sample", RAW)


def put(
    body: object = None, *, status: int = 200, answer: object = None, query: str = "", mood: str = ""
) -> Exchanged:
    """Return a PUT and its answer; without a body none is sent."""
    return Exchanged(
        method="PUT",
        path="/things/one",
        query=query,
        headers=(*JSON, *((("X-Mood", mood),) if mood else ())),
        body=b"" if body is None else json.dumps(body).encode(),
        status=status,
        answer_headers=JSON,
        answer=json.dumps({"colour": "green"} if answer is None else answer).encode(),
    )


def listed(answer: object, status: int = 200) -> Exchanged:
    """Return a GET and its answer."""
    return Exchanged(
        method="GET", path="/things", status=status, answer_headers=JSON, answer=json.dumps(answer).encode()
    )


def items(colours: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return items of these colours."""
    optional = {"note": st.sampled_from(["a", None])}
    return st.sampled_from(colours).flatmap(
        lambda colour: st.fixed_dictionaries(
            {"colour": st.just(colour)} | ({"bold": st.booleans()} if colour == "red" else {}),
            optional=optional | ({} if colour == "red" else {"bold": st.booleans()}),
        )
    )


refusals: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"again": st.booleans()},
    optional={"tree": st.fixed_dictionaries({}, optional={"below": st.lists(st.just({}), max_size=1)})},
)
bodies = st.none() | st.fixed_dictionaries(
    {"items": st.lists(items(COLOURS), max_size=2)}, optional={"other": st.integers(0, 9)}
)
queries = st.sampled_from(["", "size=7", "size=7f1f2a52-8c0f-4c39-9d3c-3a3c5a4f6b10"])
exchanges = st.one_of(
    st.builds(
        put,
        bodies,
        answer=items(["green"]),
        query=queries,
        mood=st.sampled_from(["", "good", "bad"]),
    ),
    st.builds(put, bodies, status=st.just(404), answer=refusals),
    st.builds(listed, st.lists(st.just("one"), max_size=1)),
    st.builds(listed, refusals, status=st.integers(400, 499)),
)

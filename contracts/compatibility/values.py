"""JSON values compared as JSON Schema compares them, and the types that they are of."""

from __future__ import annotations

import json
from typing import Any

NUMBERS = frozenset({"integer", "fraction"})
TYPES = frozenset({"boolean", "object", "array", "string"}) | NUMBERS
"""All types but null; a number is an integer or has a fraction."""
_NAMES = {
    bool: "boolean",
    type(None): "null",
    int: "integer",
    float: "integer",
    str: "string",
    list: "array",
    dict: "object",
}


def canonical(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the same text for equal values: 1 and 1.0 are, 1 and true are not, order of members is nothing.

    >>> canonical({"b": 1.0, "a": [True]})
    '{"a": [true], "b": 1}'
    """
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def type_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the type of a value."""
    if isinstance(value, float) and not value.is_integer():
        return "fraction"
    return _NAMES[type(value)]


def atoms(name: str) -> frozenset[str]:
    """Return the types that a name of `type` stands for."""
    return NUMBERS if name == "number" else frozenset({name})


def names(types: frozenset[str]) -> list[str]:
    """Return the names by which a document would say these types, sorted."""
    whole = (types - NUMBERS) | {"number"} if types >= NUMBERS else types
    return sorted("number" if name == "fraction" else name for name in whole)

"""JSON that somebody else wrote, read so that it cannot harm who reads it."""

from __future__ import annotations

import json
from typing import Any

# Far deeper than any answer of the contract, far from what recursion can walk.
DEEPEST = 100


def read_json(content: bytes | str) -> Any:  # noqa: ANN401 - any JSON value
    """Return what it says; ValueError where it is no JSON, or deeper than anybody could walk through.

    >>> read_json(b'{"a": [1]}')
    {'a': [1]}
    """
    try:
        value = json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return value
    raise ValueError("nested too deeply")


def _inner(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []

"""Names for what has none in a schema: the alternatives of a oneOf, the condition of an if.

Rule: pure; a name says what a reader of the document sees there, and is the same in every run.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def alternative_names(schemas: Sequence[Any]) -> list[str]:
    """Return a name for each of several schemas, no two alike.

    >>> alternative_names([{"$ref": "#/x/Time"}, {"type": "null"}, {"minLength": 1}])
    ['Time', 'null', '#3']
    """
    plain = [_name(schema) for schema in schemas]
    often = Counter(plain)
    return [
        name if name and often[name] == 1 else f"{name}#{number}"
        for number, name in enumerate(plain, start=1)
    ]


def condition_name(schema: Any) -> str:  # noqa: ANN401 - a schema is an object or a boolean
    """Return what a condition asks for.

    >>> condition_name({"required": ["id", "kind"], "properties": {"kind": {"const": "a"}}})
    'kind = "a" and id given'
    """
    said = list(_asked(schema)) if isinstance(schema, dict) else []
    return " and ".join(said) or _json(schema)


def _asked(schema: dict[str, Any]) -> Iterator[str]:
    properties = schema.get("properties", {})
    for member, asked in properties.items():
        yield f"{member} {_wanted(asked)}"
    if rest := [member for member in schema.get("required", ()) if member not in properties]:
        yield f"{' and '.join(rest)} given"


def _wanted(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return f"= {_json(schema['const'])}"
    if "enum" in schema:
        return f"= {' or '.join(map(_json, schema['enum']))}"
    return f"is {schema['type']}" if isinstance(schema.get("type"), str) else f"fits {_json(schema)}"


def _name(schema: Any) -> str:  # noqa: ANN401 - a schema is an object or a boolean
    if not isinstance(schema, dict):
        return ""
    named: str = schema.get("$ref", "").rpartition("/")[2] or schema.get("title", "")
    kind = schema.get("format") or schema.get("type")
    return named or (kind if isinstance(kind, str) else "")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()

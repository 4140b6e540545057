"""Ways to write a document otherwise that change no message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Document = dict[str, Any]
Rewrite = Callable[[Document], Document]


def turned_round(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the same with the members of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: turned_round(value[key]) for key in reversed(list(value))}
    return [turned_round(item) for item in value] if isinstance(value, list) else value


def annotated(document: Document) -> Document:
    """Return the same with words on everything that has a schema, and on every schema."""
    words = {"description": "In other words.", "x-note": {"by": "somebody"}, "title": "Words"}
    new: Document = _each_schema(document, lambda schema: {**schema, **words, "examples": [1]})
    return new


def wrapped(document: Document) -> Document:
    """Return the same with every schema an `allOf` of one."""
    new: Document = _each_schema(document, lambda schema: {"allOf": [schema]})
    return new


def named(document: Document) -> Document:
    """Return the same with every schema a definition with a name."""
    definitions: Document = {}

    def name(schema: Document) -> Document:
        key = f"Schema{len(definitions)}"
        definitions[key] = schema
        return {"$ref": f"#/components/schemas/{key}"}

    new = _each_schema(document, name)
    components = new.get("components", {})
    return {**new, "components": {**components, "schemas": {**components.get("schemas", {}), **definitions}}}


def _each_schema(value: Any, rewrite: Rewrite) -> Any:  # noqa: ANN401 - any JSON value
    """Return the same with each object below a key `schema`, `items` or a name of `properties` rewritten."""
    if isinstance(value, list):
        return [_each_schema(item, rewrite) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        inner = _each_schema(item, rewrite)
        if key in {"schema", "items"} and isinstance(item, dict):
            inner = rewrite(inner)
        elif key == "properties" and isinstance(item, dict):
            inner = {name: rewrite(one) if isinstance(one, dict) else one for name, one in inner.items()}
        found[key] = inner
    return found


REWRITINGS: Final[tuple[Rewrite, ...]] = (turned_round, annotated, wrapped, named)

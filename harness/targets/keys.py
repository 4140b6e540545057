"""Keys that a table does not have, each with the nearest that it has."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def nearest(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean X?)", or nothing where nothing is near."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def unknown_keys(raw: dict[str, Any], kind: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    """Yield a line for each key that the struct, or a struct in it, does not have."""
    hints = get_type_hints(kind)
    for key, value in raw.items():
        if key not in hints:
            yield f"unknown key {prefix}{key}{nearest(key, hints)}"
            continue
        for table, inner, name in _tables(value, hints[key], f"{prefix}{key}."):
            yield from unknown_keys(table, inner, name)


def _tables(
    value: object, hint: object, prefix: str
) -> Iterator[tuple[dict[str, Any], type[msgspec.Struct], str]]:
    for part in (hint, *get_args(hint)):
        if not isinstance(value, dict) or not isinstance(part, type) or not issubclass(part, msgspec.Struct):
            continue
        if part is hint or type(None) in get_args(hint):
            yield value, part, prefix
        else:
            named = ((name, table) for name, table in value.items() if isinstance(table, dict))
            yield from ((table, part, f'{prefix}"{name}".') for name, table in named)

"""JSON values that are nearly a given one: one member less, or one value of another type.

Rule: pure; whether a value breaks a contract is for others to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Way = Literal["dropping", "retyping"]
Json = Any
Place = tuple[str | int, ...]


def broken(value: Json, ways: frozenset[Way]) -> Iterator[Json]:
    """Yield values that differ from this one in one place: outermost places first, the whole value last."""
    for place, part in _places(value):
        if "retyping" in ways and place:
            yield _put(value, place, _other_type(part))
        if "dropping" in ways and isinstance(part, dict):
            yield from (_put(value, place, _without(part, name)) for name in part)
    if "retyping" in ways:
        yield _other_type(value)


def _places(value: Json) -> Iterator[tuple[Place, Json]]:
    """Yield where there is something in a value, and what: the value itself, its members, theirs."""
    level: list[tuple[Place, Json]] = [((), value)]
    while level:
        yield from level
        level = [((*place, step), inner) for place, part in level for step, inner in _members(part)]


def _members(part: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(part, dict):
        yield from part.items()
    elif isinstance(part, list):
        yield from enumerate(part)


def _without(part: dict[str, Json], name: str) -> Json:
    return {other: value for other, value in part.items() if other != name}


def _put(value: Json, place: Place, part: Json) -> Json:
    """Return the value with another part at a place."""
    if not place:
        return part
    step, *rest = place
    changed = value.copy()
    changed[step] = _put(value[step], tuple(rest), part)
    return changed


def _other_type(value: Json) -> Json:
    """Return a value of a type that is neither this one nor null, which often is allowed beside it."""
    if isinstance(value, str):
        return True
    return "changed" if isinstance(value, bool | int | float) else 0

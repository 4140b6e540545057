"""Which points a valid message touches.

Rule: what is touched already is never looked at again, so that the thousandth message costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.coverage.places import encode

if TYPE_CHECKING:
    from contracts.coverage.places import Fork, Place

_TYPES = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def touch(place: Place, value: object, found: set[str]) -> None:
    """Add to `found` the points at this place and below that a valid value touches."""
    if place.names <= found:
        return
    if place.values and (name := place.values.get(encode(value))) is not None:
        found.add(name)
    if place.types:
        _touch_type(place, value, found)
    for fork in place.forks:
        _touch_fork(fork, value, found)
    if isinstance(value, dict):
        _touch_object(place, value, found)
    elif isinstance(value, list):
        _touch_array(place, value, found)


def _touch_type(place: Place, value: object, found: set[str]) -> None:
    kind = _TYPES[type(value)]
    # Every integer is a number.
    name = place.types.get(kind) or (place.types.get("number") if kind == "integer" else None)
    if name is not None:
        found.add(name)


def _touch_fork(fork: Fork, value: object, found: set[str]) -> None:
    way = fork.held if fork.validator.is_valid(value) else fork.other
    if way is not None:
        found.add(way.point)
        touch(way.place, value, found)


def _touch_object(place: Place, value: dict[str, Any], found: set[str]) -> None:
    for each in place.presence:
        found.add(each.given if each.member in value else each.absent)
    for name, member in value.items():
        if name in place.members:
            touch(place.members[name], member, found)
        elif place.others is not None:
            found.add(place.others.point)
            touch(place.others.place, member, found)


def _touch_array(place: Place, value: list[Any], found: set[str]) -> None:
    if name := place.filled if value else place.empty:
        found.add(name)
    if place.items is not None:
        for item in value:
            touch(place.items, item, found)

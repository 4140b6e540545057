"""Types, null and lists of values: `type`, `nullable`, `enum`, `const`, schemas that nothing fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.compatibility.model import ABSENT
from contracts.compatibility.pairs import Difference, Pair, Steps
from contracts.compatibility.values import NUMBERS, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.compatibility.model import Spot
    from contracts.compatibility.shapes import Shape

ENUM = ("enum", "const")


def forbidden(pair: Pair) -> Steps:
    """Compare where nothing fits one of the two."""
    if pair.old.forbidden != pair.new.forbidden:
        stem = "schema-permitted" if pair.old.forbidden else "schema-forbidden"
        yield Difference(stem, pair.old.itself(), pair.new.itself())


def types(pair: Pair) -> Iterator[Difference]:
    """Compare the types; without a common one, null and values need no word of their own."""
    old, new = pair.old.types, pair.new.types
    lost, gained = old - new, new - old
    if not lost and not gained:
        return
    stem = "type-changed" if lost and gained else "type-narrowed" if lost else "type-widened"
    if _listed_apart(pair, stem):
        return
    yield pair.difference(stem, "type", _said(pair.old), _said(pair.new))


def _listed_apart(pair: Pair, stem: str) -> bool:
    """Say whether lists of values tell the difference already."""
    if not pair.types:
        return False
    was, now = pair.old.values is not None, pair.new.values is not None
    return (was and now) or (now and stem == "type-narrowed") or (was and stem == "type-widened")


def _said(shape: Shape) -> list[str]:
    types = shape.types
    if shape.schema.text and "string" in types:
        types -= NUMBERS | {"boolean"}
    return names(types) + (["null"] if shape.nullable else [])


def null(pair: Pair) -> Steps:
    """Compare whether null fits."""
    if pair.old.nullable == pair.new.nullable or _type_changed(pair) or _told(pair):
        return
    stem = "null-allowed" if pair.new.nullable else "null-refused"
    yield pair.difference(stem, "type", _said(pair.old), _said(pair.new))


def _told(pair: Pair) -> bool:
    """Say whether the types grew, or shrank, and null with them: that is one change."""
    stem = "type-widened" if pair.new.nullable else "type-narrowed"
    return any(step.stem == stem for step in types(pair))


def _type_changed(pair: Pair) -> bool:
    return not pair.types and bool(pair.old.types) and bool(pair.new.types)


def values(pair: Pair) -> Steps:
    """Compare the lists of values."""
    old, new = pair.old.values, pair.new.values
    if not pair.types or (old is None and new is None):
        return
    if old is None or new is None:
        stem = "enum-added" if old is None else "enum-removed"
        yield Difference(stem, _spot(pair.old, _list(old)), _spot(pair.new, _list(new)))
    elif old.keys() != new.keys() and len(old) == len(new) == 1:
        yield Difference("const-changed", _spot(pair.old, *old.values()), _spot(pair.new, *new.values()))
    else:
        yield from _one_by_one(pair, old, new)


def _one_by_one(pair: Pair, old: dict[str, Any], new: dict[str, Any]) -> Steps:
    for key in sorted(old.keys() - new.keys()):
        yield Difference("enum-value-removed", _spot(pair.old, old[key]), _spot(pair.new, ABSENT))
    for key in sorted(new.keys() - old.keys()):
        yield Difference("enum-value-added", _spot(pair.old, ABSENT), _spot(pair.new, new[key]))


def _list(values: dict[str, Any] | None) -> Any:  # noqa: ANN401 - a list of any values, or ABSENT
    return ABSENT if values is None else list(values.values())


def _spot(shape: Shape, value: Any) -> Spot:  # noqa: ANN401 - any value
    said = next((keyword for keyword in ENUM for _ in shape.saying(keyword)), "enum")
    return shape.spot(said, value)

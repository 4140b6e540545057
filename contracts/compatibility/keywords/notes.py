"""What is said beside values: `default`, `deprecated`, `xml`, references that lead outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.compatibility.model import ABSENT
from contracts.compatibility.pairs import Difference, Pair, Steps
from contracts.compatibility.values import canonical

if TYPE_CHECKING:
    from contracts.compatibility.shapes import Shape

OUTSIDE = ("$ref", "$dynamicRef", "$recursiveRef")


def defaults(pair: Pair) -> Steps:
    """Compare what a value is taken to be where it is left out."""
    old, new = _first(pair.old, "default"), _first(pair.new, "default")
    if old is ABSENT and new is ABSENT:
        return
    if old is ABSENT or new is ABSENT:
        stem = "default-added" if old is ABSENT else "default-removed"
    elif canonical(old) != canonical(new):
        stem = "default-changed"
    else:
        return
    yield pair.difference(stem, "default", old, new)


def deprecations(pair: Pair) -> Steps:
    """Compare whether a schema is to be avoided."""
    old, new = (_first(shape, "deprecated") is True for shape in (pair.old, pair.new))
    if old != new:
        stem = "schema-deprecated" if new else "schema-undeprecated"
        yield pair.difference(stem, "deprecated", old or ABSENT, new or ABSENT)


def xml(pair: Pair) -> Steps:
    """Compare how a value is written in XML."""
    old, new = _first(pair.old, "xml"), _first(pair.new, "xml")
    if (old is ABSENT) != (new is ABSENT) or (old is not ABSENT and canonical(old) != canonical(new)):
        yield pair.difference("xml-changed", "xml", old, new)


def outside(pair: Pair) -> Steps:
    """Compare references that are not looked into: all that can be said is whether they are the same."""
    for keyword in OUTSIDE:
        old, new = _references(pair.old, keyword), _references(pair.new, keyword)
        if old != new:
            spots = (pair.old.spot(keyword, old or ABSENT), pair.new.spot(keyword, new or ABSENT))
            yield Difference("reference-changed", *spots)


def _references(shape: Shape, keyword: str) -> list[Any]:
    return sorted(
        str(value) for part, value in shape.saying(keyword) if keyword != "$ref" or part.node.target() is None
    )


def _first(shape: Shape, keyword: str) -> Any:  # noqa: ANN401 - any value, or ABSENT
    return next((value for _, value in shape.saying(keyword)), ABSENT)

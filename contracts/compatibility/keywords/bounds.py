"""Bounds: `minimum` and its kin, lengths, numbers of items and members, `multipleOf`."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from contracts.compatibility.model import ABSENT
from contracts.compatibility.pairs import Difference, Pair, Steps
from contracts.compatibility.shapes import below
from contracts.compatibility.values import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.compatibility.model import Spot
    from contracts.compatibility.shapes import Shape
    from contracts.compatibility.unfolding import Part


@dataclass(frozen=True, slots=True)
class Bound:
    """A keyword that counts; `neutral` is what it means where it is not said."""

    keyword: str
    stem: str
    type: str
    neutral: float


LEAST, MOST = 0, math.inf
BOUNDS = (
    Bound("minLength", "min-length", "string", LEAST),
    Bound("maxLength", "max-length", "string", MOST),
    Bound("minItems", "min-items", "array", LEAST),
    Bound("maxItems", "max-items", "array", MOST),
    Bound("minProperties", "min-properties", "object", LEAST),
    Bound("maxProperties", "max-properties", "object", MOST),
)
CONTAINED = (
    Bound("minContains", "min-contains", "array", 1),
    Bound("maxContains", "max-contains", "array", MOST),
)


def bounds(pair: Pair) -> Steps:
    """Compare what is counted: lengths, items, members."""
    for bound in BOUNDS:
        yield from counted(pair, bound)


def counted(pair: Pair, bound: Bound) -> Steps:
    """Compare one bound."""
    old, new = _tightest(pair.old, bound), _tightest(pair.new, bound)
    if pair.about(bound.type) and old != new:
        stem = f"{bound.stem}-{'raised' if new > old else 'lowered'}"
        yield pair.difference(stem, bound.keyword, _shown(old, bound), _shown(new, bound))


def _tightest(shape: Shape, bound: Bound) -> float:
    said = [number(part, bound.keyword) for part, _ in shape.saying(bound.keyword)]
    if not said:
        return bound.neutral
    return min(said) if bound.neutral is MOST else max(said)


def _shown(value: float, bound: Bound) -> Any:  # noqa: ANN401 - a number or ABSENT
    return ABSENT if value == bound.neutral else value


def number(part: Part, keyword: str) -> float:
    """Return the number that a keyword says."""
    value = part.value[keyword]
    # An integer may have any number of digits: compared as it is, never turned into a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        problem = f"{keyword} must be a number that a double can hold"
        raise part.node.at(keyword).error(problem, "write it as JSON Schema says")
    return value


Said = tuple["Part", str, float, bool]
"""A part, the keyword by which it says a limit, the limit, and whether that is exclusive."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How far numbers may go: the larger `place`, the further up."""

    place: tuple[float, int]
    spot: Spot


def limits(pair: Pair) -> Steps:
    """Compare how far numbers may go, down and up."""
    if pair.about(*NUMBERS):
        yield from _moved(lowest(pair.old), lowest(pair.new), "minimum")
        yield from _moved(highest(pair.old), highest(pair.new), "maximum")


def _moved(old: Limit, new: Limit, stem: str) -> Steps:
    if old.place != new.place:
        direction = "raised" if new.place > old.place else "lowered"
        yield Difference(f"{stem}-{direction}", old.spot, new.spot)


def lowest(shape: Shape) -> Limit:
    """Return the lower end: just above it where it is exclusive."""
    ends = (_end(shape, said, up=True) for said in _said(shape, "minimum", "exclusiveMinimum"))
    nowhere = Limit((-math.inf, 0), shape.home.lack())
    return max(ends, key=lambda end: end.place, default=nowhere)


def highest(shape: Shape) -> Limit:
    """Return the upper end: just below it where it is exclusive."""
    ends = (_end(shape, said, up=False) for said in _said(shape, "maximum", "exclusiveMaximum"))
    nowhere = Limit((math.inf, 0), shape.home.lack())
    return min(ends, key=lambda end: end.place, default=nowhere)


def _said(shape: Shape, plain: str, exclusive: str) -> Iterator[Said]:
    for part in shape.parts:
        strict = part.value.get(exclusive)
        if plain in part.value:
            yield part, plain, number(part, plain), strict is True
        if strict is not None and not isinstance(strict, bool):
            yield part, exclusive, number(part, exclusive), True


def _end(shape: Shape, said: Said, *, up: bool) -> Limit:
    part, keyword, value, strict = said
    spot = below(part, keyword, value)
    if shape.types.isdisjoint({"fraction"}):
        whole = math.floor(value) + 1 if strict and up else math.ceil(value) - 1 if strict else None
        inner = math.ceil(value) if up else math.floor(value)
        return Limit((inner if whole is None else whole, 0), spot)
    return Limit((value, 0 if not strict else 1 if up else -1), spot)


def multiples(pair: Pair) -> Steps:
    """Compare of what a number must be a multiple."""
    old, new = _step(pair.old), _step(pair.new)
    if not pair.about(*NUMBERS) or old == new:
        return
    narrowed = new is not None and (old is None or (new / old).denominator == 1)
    widened = old is not None and (new is None or (old / new).denominator == 1)
    stem = "multiple-of-narrowed" if narrowed else "multiple-of-widened" if widened else "multiple-of-changed"
    yield pair.difference(stem, "multipleOf", _written(old), _written(new))


def _written(step: Fraction | None) -> Any:  # noqa: ANN401 - a number or ABSENT
    if step is None:
        return ABSENT
    return int(step) if step.denominator == 1 else float(step)


def _step(shape: Shape) -> Fraction | None:
    """Return the one number of which all multiples that are asked for are multiples."""
    found: Fraction | None = None
    for part, _ in shape.saying("multipleOf"):
        step = Fraction(str(number(part, "multipleOf")))
        if step <= 0:
            raise part.node.at("multipleOf").error("multipleOf must be above 0", "write a positive number")
        found = step if found is None else _common(found, step)
    return None if found == 1 and "fraction" not in shape.types else found


def _common(one: Fraction, other: Fraction) -> Fraction:
    return Fraction(math.lcm(one.numerator, other.numerator), math.gcd(one.denominator, other.denominator))

"""Texts: `pattern`, `format`, and what is encoded in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.compatibility.model import ABSENT
from contracts.compatibility.pairs import Descent, Pair, Steps
from contracts.compatibility.values import NUMBERS

if TYPE_CHECKING:
    from contracts.compatibility.shapes import Shape

WIDER_FORMATS = {("int32", "int64"), ("float", "double")}
OF_NUMBERS = frozenset({"int32", "int64", "float", "double"})


def patterns(pair: Pair) -> Steps:
    """Compare patterns as texts: whether one is contained in another is not asked."""
    old, new = _said(pair.old, "pattern"), _said(pair.new, "pattern")
    if not pair.about("string") or old == new:
        return
    stem = "pattern-added" if old < new else "pattern-removed" if new < old else "pattern-changed"
    yield pair.difference(stem, "pattern", _shown(old), _shown(new))


def formats(pair: Pair) -> Steps:
    """Compare formats of the types that both know."""
    old, new = _formats(pair, pair.old), _formats(pair, pair.new)
    if old == new:
        return
    narrowed = old < new or _wider(new, old)
    stem = "format-narrowed" if narrowed else "format-widened" if new < old or _wider(old, new) else None
    yield pair.difference(stem or "format-changed", "format", _shown(old), _shown(new))


def _formats(pair: Pair, shape: Shape) -> frozenset[str]:
    as_text = shape.schema.text and "string" in shape.types
    applicable = (pair.about("string"), pair.about(*NUMBERS) and not as_text)
    return frozenset(name for name in _said(shape, "format") if applicable[1 if name in OF_NUMBERS else 0])


def _wider(old: frozenset[str], new: frozenset[str]) -> bool:
    return len(old) == len(new) == 1 and (*old, *new) in WIDER_FORMATS


def contents(pair: Pair) -> Steps:
    """Compare what is encoded in a text."""
    if not pair.about("string"):
        return
    for keyword, stem in (
        ("contentEncoding", "content-encoding-changed"),
        ("contentMediaType", "content-media-type-changed"),
    ):
        old, new = _said(pair.old, keyword), _said(pair.new, keyword)
        if old != new:
            yield pair.difference(stem, keyword, _shown(old), _shown(new))
    old_nodes, new_nodes = pair.old.nodes("contentSchema"), pair.new.nodes("contentSchema")
    if old_nodes or new_nodes:
        yield Descent(pair.old.schema_of(old_nodes), pair.new.schema_of(new_nodes))


def _said(shape: Shape, keyword: str) -> frozenset[str]:
    return frozenset(
        value if isinstance(value, str) else part.node.at(keyword).text
        for part, value in shape.saying(keyword)
    )


def _shown(values: frozenset[str]) -> Any:  # noqa: ANN401 - a text, a list of texts or ABSENT
    return ABSENT if not values else next(iter(values)) if len(values) == 1 else sorted(values)

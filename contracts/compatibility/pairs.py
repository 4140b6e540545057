"""Two schemas side by side, as the keywords' modules see them, and what these say of them.

Rule: a keyword's module yields what differs and where to look further; it never descends by itself.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.compatibility.model import Side, Spot
    from contracts.compatibility.shapes import Schema, Shape


class Relation(enum.Enum):
    """How the values that fit a new schema stand to those that fit the old one."""

    EQUAL = enum.auto()
    NARROWER = enum.auto()
    WIDER = enum.auto()
    OTHER = enum.auto()


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference by the stem of its rule: the rule is `request-STEM` or `response-STEM`."""

    stem: str
    old: Spot
    new: Spot


@dataclass(frozen=True, slots=True)
class Descent:
    """Two schemas further down that stand for each other."""

    old: Schema
    new: Schema


Steps = Iterator[Difference | Descent]


@dataclass(frozen=True)
class Pair:
    """An old and a new schema on one side of the wire."""

    old: Shape
    new: Shape
    side: Side
    relation: Callable[[Schema, Schema], Relation]

    @cached_property
    def types(self) -> frozenset[str]:
        """Return the types that both know: a keyword about others changes nothing."""
        return self.old.types & self.new.types

    def about(self, *types: str) -> bool:
        """Say whether both know one of these types."""
        return not self.types.isdisjoint(types)

    def difference(self, stem: str, keyword: str, old: object, new: object) -> Difference:
        """Return a difference in what a keyword says."""
        return Difference(stem, self.old.spot(keyword, old), self.new.spot(keyword, new))

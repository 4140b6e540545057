"""What every format tells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.compatibility.model import ABSENT, Change, Level, Spot

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 100
"""How many characters of a value people are shown."""


def _no_line(_spot: Spot) -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class Report:
    """Two documents by name, what differs, and in which line of its file a spot stands, if any."""

    old: str
    new: str
    changes: tuple[Change, ...]
    line: Callable[[Spot], int | None] = _no_line

    def count(self, level: Level) -> int:
        """Return how many changes are of a class."""
        return sum(change.rule.level is level for change in self.changes)

    def total(self) -> str:
        """Return one line that counts them."""
        return ", ".join(f"{self.count(level)} {level}" for level in Level)


def shown(spot: Spot) -> str:
    """Return what is seen at a spot, short enough for a person."""
    if spot.value is ABSENT:
        return "(none)"
    text = json.dumps(spot.value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"

"""What a seeded defect is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_REQUIREMENTS = 3


@dataclass(frozen=True, slots=True)
class Defect:
    """One way to be wrong. `plant` replaces a part of the sound engine, before it starts."""

    id: str
    requirements: tuple[str, ...]
    story: str
    plant: Callable[[], None]

    def __post_init__(self) -> None:
        """Refuse a defect that blames nothing, or too much."""
        if not 1 <= len(self.requirements) <= MOST_REQUIREMENTS:
            raise ValueError(f"{self.id}: a defect breaks one to {MOST_REQUIREMENTS} requirements")

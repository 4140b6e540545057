"""What a seeded defect is: plain data, as small as the patch that a real team would have merged.

Rule: nothing here, nor in any family, imports the engine: a change is made before the engine is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_REQUIREMENTS = 3


class Kind(StrEnum):
    """What a defect is about."""

    BOUNDARIES = "boundaries"
    ABSENCE = "empty and absent values"
    TIME = "time"
    IDENTITY = "identity and roles"
    ISOLATION = "isolation"
    VALIDATION = "validation"
    RANKING = "filtering and ranking"
    CACHING = "caching"
    CONCURRENCY = "concurrency"
    CRASHES = "crash and retry"
    RECEIPTS = "signatures and receipts"
    DEGRADED = "degraded modes and breakers"
    BLOCKING = "blocking"
    PRIVACY = "privacy and logs"
    METRICS = "metrics"
    BACK_DOORS = "back doors that open when a test is noticed"


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a module ("engine.pipeline.quiet"): `old` stands there exactly once, and becomes `new`."""

    module: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One way to be wrong.

    `story`: how a real team would have made it, in one line. `deferred`: what no suite can do yet that would
    show it ("" where the suites of today can).
    """

    id: str
    kind: Kind
    requirements: tuple[str, ...]
    story: str
    changes: tuple[Change, ...]
    deferred: str = ""

    def __post_init__(self) -> None:
        """Refuse a defect that blames nothing, or too much, or changes nothing."""
        if not 1 <= len(self.requirements) <= MOST_REQUIREMENTS:
            raise ValueError(f"{self.id}: a defect breaks one to {MOST_REQUIREMENTS} requirements")
        if not self.changes or any(change.old == change.new for change in self.changes):
            raise ValueError(f"{self.id}: a defect changes something")

"""What a comparison says, as data: a rule, a spot in a document, a change.

Rule: a change names a place in both documents; what is missing in one is told by the place that lacks it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final


class Level(enum.StrEnum):
    """How bad a change is for clients that keep to the old document, worst first."""

    BREAKING = "breaking"
    RISKY = "risky"
    SAFE = "safe"

    @property
    def rank(self) -> int:
        """Return 0 for the worst."""
        return list(Level).index(self)


class Side(enum.StrEnum):
    """Whose messages a rule is about: what clients send, what they get, or the interface as a whole."""

    REQUEST = "request"
    RESPONSE = "response"
    API = "api"


class Effect(enum.Enum):
    """What a change does to the set of messages that are right."""

    NARROWS = enum.auto()
    WIDENS = enum.auto()
    SHIFTS = enum.auto()
    """Some are gone, others are new."""
    UNCLEAR = enum.auto()
    NONE = enum.auto()


class Absent(enum.Enum):
    """The one value that no document can hold."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change: `what` it is, and `why` it has its class: what it does to a client."""

    id: str
    side: Side
    level: Level
    effect: Effect
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a document (a JSON Pointer that exists there) and what is seen there, perhaps `ABSENT`."""

    document: str
    pointer: str
    value: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two documents, and the operations that meet it (none: all of them)."""

    rule: Rule
    old: Spot
    new: Spot
    operations: tuple[str, ...] = ()

    @property
    def place(self) -> Spot:
        """Return where to look: in the new document, unless it is there no more."""
        return self.old if self.new.value is ABSENT else self.new

"""The fault matrix: who misbehaved, in which way, whether it ever came into play, and what came of it.

Rule: a fault that never fired is told in words of its own; nothing here is green because nothing happened.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.run import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.record import FaultInjected
    from reports.story import Story

ABREAST = 6
NEVER_FIRED = "never fired"
UNFINISHED = "not finished"
# The worst outcome of its scenarios is a cell's word, with the verdict whose look it shares.
TONES = {
    "failed": "violated",
    "unknown": "unknown",
    UNFINISHED: "unknown",
    "blocked": "not exercised",
    "not exercised": "not exercised",
    NEVER_FIRED: "not exercised",
    "passed": "verified",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """All faults of one kind of one dependency. `outcomes`: how their scenarios ended, the worst first."""

    faults: tuple[FaultInjected, ...]
    outcomes: tuple[tuple[str, int], ...]

    @property
    def scenarios(self) -> int:
        """Return in how many scenarios it was armed."""
        return sum(count for _, count in self.outcomes)

    @property
    def fired(self) -> int:
        """Return how often it struck."""
        return sum(len(fault.fired_at) for fault in self.faults)

    @property
    def idle(self) -> int:
        """Return how often it was armed in vain."""
        return sum(not fault.fired_at for fault in self.faults)

    @property
    def word(self) -> str:
        """Return what is to be said of it first."""
        worst = self.outcomes[0][0]
        vain = self.idle == len(self.faults) and TONES[worst] != "violated"
        return NEVER_FIRED if vain else worst

    @property
    def tone(self) -> str:
        """Return the verdict whose look it has."""
        return TONES[self.word]


@dataclass(frozen=True, slots=True)
class Band:
    """As many kinds as fit abreast, and each dependency's cells (None: never tried)."""

    kinds: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


def matrix(story: Story) -> tuple[Band, ...]:
    """Return the matrix, cut into bands that fit on a page; a dependency is only where it has a cell."""
    held: dict[tuple[str, str], list[FaultInjected]] = {}
    for fault in story.faults:
        held.setdefault((fault.dependency, kind_of(fault)), []).append(fault)
    cells = {place: _cell(story, faults) for place, faults in held.items()}
    kinds = sorted({kind for _, kind in cells})
    return tuple(_band(cells, tuple(kinds[at : at + ABREAST])) for at in range(0, len(kinds), ABREAST))


def outcome_of(story: Story, fault: FaultInjected) -> str:
    """Return how a fault's scenario ended."""
    end = story.ends.get(fault.scenario)
    return end.outcome.replace("_", " ") if end else UNFINISHED


def kind_of(fault: FaultInjected) -> str:
    """Return a fault's kind without its settings."""
    return fault.fault.partition(" ")[0].replace("_", " ")


def delays_of(fault: FaultInjected) -> tuple[float, ...]:
    """Return how many seconds after it was armed a fault struck, each time."""
    armed = instant(fault.armed_at)
    return tuple((instant(at) - armed).total_seconds() for at in fault.fired_at)


def _cell(story: Story, faults: Iterable[FaultInjected]) -> Cell:
    armed = tuple(faults)
    by_scenario = {fault.scenario: outcome_of(story, fault) for fault in armed}
    counted = Counter(by_scenario.values())
    return Cell(armed, tuple((outcome, counted[outcome]) for outcome in TONES if counted[outcome]))


def _band(cells: dict[tuple[str, str], Cell], kinds: tuple[str, ...]) -> Band:
    names = sorted({dependency for dependency, kind in cells if kind in kinds})
    return Band(kinds, tuple((name, tuple(cells.get((name, kind)) for kind in kinds)) for name in names))

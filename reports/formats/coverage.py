"""How much of the engine's contract a run has exercised: `coverage.json`, and what the terminal says.

Rules: a point with a reason counts where it was touched and is listed apart where it was not; it is never
counted as touched, and how many there are is told beside every share. A share is never rounded up: 100 %
means all.
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import msgspec

from reports.formats.text import to_json
from reports.record import CoverageDeclared, CoverageObserved, RunStarted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.record import Event

TOLD = ("operations", "status_codes", "enum_values", "branches")
COLUMNS = 80
# A space at which no line is broken.
BOUND = "\N{NO-BREAK SPACE}"


class Excused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point that was not touched and need not be."""

    point: str
    reason: str


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of points: those that were touched, those that were not, those that need not be."""

    kind: str
    touched: tuple[str, ...]
    missed: tuple[str, ...]
    excused: tuple[Excused, ...]

    @property
    def wanted(self) -> int:
        """Return how many points count."""
        return len(self.touched) + len(self.missed)

    @property
    def percent(self) -> float:
        """Return the share that was touched, rounded down to a tenth; 0 where there is nothing to touch."""
        return math.floor(1000 * len(self.touched) / self.wanted) / 10 if self.wanted else 0.0

    @property
    def name(self) -> str:
        """Return the kind in words."""
        return self.kind.replace("_", " ")

    @property
    def told(self) -> str:
        """Return the share in words, with what it is a share of."""
        excused = f" ({len(self.excused)} excused)" if self.excused else ""
        return f"{self.name} {percentage(self.percent)} of {self.wanted}{excused}"


class Coverage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run's coverage of the contract. `narrowed`: how the run was narrowed ("": it was not)."""

    narrowed: str
    observers: tuple[str, ...]
    shares: tuple[Share, ...]

    def lines(self) -> tuple[str, ...]:
        """Return it in one or two lines of a terminal, broken between two shares."""
        shares = [share.told.replace(" ", BOUND) for share in self.shares if share.kind in TOLD]
        head = f"contract coverage{' of a narrowed run' if self.narrowed else ''}: "
        lines = textwrap.wrap(head + ", ".join(shares), COLUMNS, subsequent_indent="  ")
        return tuple(line.replace(BOUND, " ") for line in lines)

    def of(self, kind: str) -> Share | None:
        """Return the share of a kind."""
        return next((share for share in self.shares if share.kind == kind), None)


def percentage(percent: float) -> str:
    """Return a share as it is shown: whole where that says all of it.

    >>> percentage(100.0), percentage(97.4)
    ('100 %', '97.4 %')
    """
    return f"{percent:g} %"


def coverage_of(events: Sequence[Event]) -> Coverage | None:
    """Return how much a run has exercised; None where nobody said what there is."""
    declared = next((event for event in events if isinstance(event, CoverageDeclared)), None)
    if declared is None:
        return None
    observed = [event for event in events if isinstance(event, CoverageObserved)]
    touched = {name for event in observed for name in event.points}
    return Coverage(
        narrowed=next((event.selection for event in events if isinstance(event, RunStarted)), ""),
        observers=tuple(sorted(event.observer for event in observed)),
        shares=tuple(_share(kind, names, declared, touched) for kind, names in declared.points.items()),
    )


def coverage_json(coverage: Coverage) -> str:
    """Return the member of a pack: numbers first, then every point."""
    numbers = {
        share.kind: {
            "percent": share.percent,
            "touched": len(share.touched),
            "of": share.wanted,
            "excused": len(share.excused),
        }
        for share in coverage.shares
    }
    return to_json({"numbers": numbers, **msgspec.to_builtins(coverage)})


def read_coverage(text: bytes) -> Coverage:
    """Return what a pack's coverage.json says."""
    whole = msgspec.json.decode(text)
    return msgspec.convert({name: whole[name] for name in Coverage.__struct_fields__}, Coverage)


def _share(kind: str, names: tuple[str, ...], declared: CoverageDeclared, touched: set[str]) -> Share:
    left = [name for name in names if name not in touched]
    return Share(
        kind=kind,
        touched=tuple(name for name in names if name in touched),
        missed=tuple(name for name in left if name not in declared.unreached),
        excused=tuple(Excused(name, declared.unreached[name]) for name in left if name in declared.unreached),
    )

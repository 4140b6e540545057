"""From raw answers to what is said of NFR-1.

Rule: pure. A smoke of some seconds can show the objective broken, never kept; and what the machine's own
slowness may explain (a slow answer, a 503) is not blamed on the engine.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from reports.formats.latency import percentile

if TYPE_CHECKING:
    from collections.abc import Sequence

NEEDED = 95.0
# The generator's own lateness, as a part of the objective, from which on it may explain a slow answer.
TOO_LATE = 0.25
UNAVAILABLE = 503


class Row(msgspec.Struct, frozen=True):
    """One answer, as the generator wrote it down."""

    at: float
    ms: float
    status: int = 0
    error: str | None = None


class Lateness(msgspec.Struct, frozen=True):
    """How late the generator itself was at one moment."""

    late_ms: float


@dataclass(frozen=True, slots=True)
class Lane:
    """What was measured in one lane. `excuse` says what else than the engine may have made it slow."""

    name: str
    objective_ms: float
    rows: Sequence[Row]
    excuse: str = ""

    @property
    def latencies(self) -> tuple[float, ...]:
        """Return every answer's latency, in order; one that never came counts until we gave up."""
        return tuple(row.ms for row in self.rows)

    @property
    def failures(self) -> int:
        """Return how many answers were no decision."""
        return sum(row.error is not None for row in self.rows)

    @property
    def failed(self) -> bool:
        """Return whether answers failed for which the engine is to blame.

        On a machine that others kept busy, a dependency may miss its budget, and 503 is what the engine must
        answer then.
        """
        return any(
            row.error is not None and not (self.excuse and row.status == UNAVAILABLE) for row in self.rows
        )

    @property
    def p95(self) -> float:
        """Return the latency that 95 % of the answers kept."""
        return percentile(sorted(self.latencies), NEEDED)

    @property
    def figures(self) -> str:
        """Return the lane in a few words."""
        return f"{self.name} {self.p95:.0f} ms of {self.objective_ms:.0f} ms in {len(self.rows)} answers"

    @property
    def slow(self) -> bool:
        """Return whether the objective was missed, whoever is to blame."""
        return self.p95 > self.objective_ms


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a lane broke the objective."""

    rule: str
    title: str
    detail: str


def breaches(lane: Lane) -> list[Breach]:
    """Return what is wrong with a lane: requests that failed, and a p95 above its objective."""
    found = []
    if lane.failed:
        said = ", ".join(
            f"{why} ({times} times)"
            for why, times in Counter(row.error for row in lane.rows if row.error).most_common(3)
        )
        title = f"{lane.failures} of {len(lane.rows)} {lane.name} decisions failed under load"
        found.append(Breach(f"load:failures:{lane.name}", title, said))
    if lane.slow and not lane.excuse:
        title = f"p95 of {lane.name} decisions is {lane.p95:.0f} ms, over {lane.objective_ms:.0f} ms"
        ordered = sorted(lane.latencies)
        spread = ", ".join(
            f"p{percent:g} {percentile(ordered, percent):.0f} ms" for percent in (50, 90, 95, 99)
        )
        found.append(Breach(f"load:p95:{lane.name}", title, f"{lane.figures}: {spread}"))
    return found


def smoke(lanes: Sequence[Lane], seconds: float) -> str:
    """Say why a run without a breach verifies nothing."""
    busy = [lane.excuse for lane in lanes if lane.slow or lane.failures]
    p95s = ", ".join(f"{lane.name} {lane.p95:.0f} ms" for lane in lanes)
    if busy:
        return f"this machine was too busy to measure (p95 {p95s}): {busy[0]}"
    return f"smoke: {seconds:g} s cannot verify NFR-1 (p95 {p95s})"


def generator_excuse(late_ms: float, objective_ms: float) -> str:
    """Say that the generator itself was too late to measure by; empty when it was not."""
    if late_ms <= TOO_LATE * objective_ms:
        return ""
    return f"the load generator itself was {late_ms:.0f} ms late"


def read_rows(text: bytes) -> list[Row]:
    """Read what the generator wrote of a lane; a torn last line is left out."""
    return [msgspec.json.decode(line, type=Row) for line in text.split(b"\n")[:-1]]


def lateness(text: bytes) -> float:
    """Return the generator's own lateness that 95 % of the time it kept."""
    late = sorted(msgspec.json.decode(line, type=Lateness).late_ms for line in text.split(b"\n")[:-1])
    return percentile(late, NEEDED) if late else 0.0

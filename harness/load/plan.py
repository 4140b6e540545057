"""What the load generator is told: plain data, as JSON, for a process that shares nothing else with us."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from harness.driving.looks import client_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.record import Persona

LANES: dict[str, float] = {"ide": 150.0, "ci": 500.0}
# A person's default quota an hour: more decisions of one would have no actions.
DECISIONS_EACH = 3
SECONDS_BETWEEN = 2.0


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """How much load, for how long. `per_minute` is for all lanes together; a seat asks every two seconds."""

    per_minute: float = 1000.0
    seconds: float = 20.0

    @property
    def seats(self) -> int:
        """Return how many ask at the same time: the same in every lane, and enough that none has to hurry."""
        each = max(1, round(self.per_minute / 60 * SECONDS_BETWEEN / len(LANES)))
        return each * len(LANES)

    @property
    def per_seat(self) -> float:
        """Return how often a seat asks, in decisions a second."""
        return self.per_minute / 60 / self.seats

    @property
    def spawn_rate(self) -> float:
        """Return how many seats are taken a second: all at once; each then waits for its own moment."""
        return float(self.seats)

    @property
    def people(self) -> int:
        """Return how many people sit on a seat in turn, so that nobody's quota is spent early."""
        return max(1, -(-int(self.per_seat * self.seconds + 1) // DECISIONS_EACH))


def as_json(
    shape: Shape, *, urls: Sequence[str], tokens: Mapping[str, Persona], body: dict[str, Any], out: str
) -> bytes:
    """Return the plan: who sits where, what is asked, and where answers are written to."""
    people = [
        {"token": token, "actor": person.sub, "looks": client_of(person.sub)}
        for token, person in tokens.items()
    ]
    lanes, addresses = itertools.cycle(LANES), itertools.cycle(urls)
    seats = [
        {
            "lane": next(lanes),
            "url": next(addresses),
            "people": people[seat :: shape.seats],
            "begins_after": seat / shape.seats / shape.per_seat,
        }
        for seat in range(shape.seats)
    ]
    return msgspec.json.encode({"seats": seats, "per_seat": shape.per_seat, "body": body, "out": out})

"""Where entries of the outbox go, and how patient each channel is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engine.dependencies.breaker import Breaker

WAITS = (0.5, 1.0)
RECEIPT_WAIT_SECONDS = 2.0


def uncounted(_result: str) -> None:
    """Count nothing: here whoever counts attempts knows enough."""


@dataclass(frozen=True, slots=True)
class Channel:
    """`count` hears of each attempt, `end` of the last: delivered, rejected or failed for good.

    `waits` lie between the first attempts; then every `afterwards` seconds, or (None) never again.

    What was refused is forgotten, unless the channel `keeps_refused`.
    """

    name: str
    send: Callable[[dict[str, Any]], Awaitable[None]]
    breaker: Breaker
    count: Callable[[str], None]
    waits: tuple[float, ...] = WAITS
    afterwards: float | None = None
    keeps_refused: bool = False
    end: Callable[[str], None] = uncounted

    def next_wait(self, attempts: int) -> float | None:
        """Return how long to wait after so many failed attempts; None: give up.

        >>> Channel("eris", None, None, None, afterwards=2.0).next_wait(1)
        0.5
        >>> Channel("eris", None, None, None, afterwards=2.0).next_wait(3)
        2.0
        >>> Channel("alerting", None, None, None).next_wait(3) is None
        True
        """
        return self.waits[attempts - 1] if attempts <= len(self.waits) else self.afterwards

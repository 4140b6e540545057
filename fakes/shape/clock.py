"""The clock of the fakes: one function, so that tests can own it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Return seconds since the epoch."""


def rfc3339(seconds: float) -> str:
    """Return a time as RFC 3339 in UTC, with microseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

"""The time of the record: RFC 3339, always with offset."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return this moment as RFC 3339 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant(at: str) -> datetime:
    """Return the moment that an event's `at` names; a time without offset is refused."""
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError(f"{at}: a time of the record needs an offset")
    return moment

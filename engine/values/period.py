"""A span of time as callers name it: start is in, end is out, a date means the whole day, in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from engine.values.wire import moment_of

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOST_PLUS = re.compile(r"(.+) (\d\d:\d\d)", re.ASCII)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, but not including, `end`; None: open on that side."""

    start: datetime | None = None
    end: datetime | None = None


def first_moment(text: str) -> datetime:
    """Return the moment that is named, or the first one of the day that is.

    >>> first_moment("2026-03-02").isoformat()
    '2026-03-02T00:00:00+00:00'
    >>> first_moment("2026-03-02T01:30:00+02:00").isoformat()
    '2026-03-01T23:30:00+00:00'
    """
    return _midnight(date.fromisoformat(text)) if _DATE.fullmatch(text) else _moment(text)


def moment_after(text: str) -> datetime:
    """Return the moment that is named, or the first one after the day that is.

    >>> moment_after("2026-03-02").isoformat()
    '2026-03-03T00:00:00+00:00'
    """
    if not _DATE.fullmatch(text):
        return _moment(text)
    day = date.fromisoformat(text)
    return _LAST if day == date.max else _midnight(day + timedelta(days=1))


def _moment(text: str) -> datetime:
    """Read a time with offset; in a query, a `+` that nobody has escaped arrives as a space."""
    plus = _LOST_PLUS.fullmatch(text)
    return moment_of(f"{plus[1]}+{plus[2]}" if plus else text)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)

"""RFC 3339 times as values that can be compared."""

from __future__ import annotations

from datetime import datetime


def moment(text: str) -> datetime:
    """Return the time; a leap second counts as the second before it.

    >>> moment("2026-06-30t23:59:60z") == moment("2026-06-30T23:59:59+00:00")
    True
    """
    return datetime.fromisoformat(
        text.upper().replace(":60", ":59", 1) if ":60" in text[-15:] else text.upper()
    )

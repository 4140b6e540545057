"""RFC 3339 times as values that can be compared."""

from __future__ import annotations

from datetime import datetime

_SECONDS = slice(17, 19)


def moment(text: str) -> datetime:
    """Return the time; a leap second counts as the second before it, the year 0 as the year 1.

    >>> moment("2026-06-30t23:59:60.5z") == moment("2026-06-30T23:59:59.5+00:00")
    True
    >>> moment("0000-06-30T00:00:00Z").year
    1
    """
    known = text.upper()
    if known[_SECONDS] == "60":
        known = f"{known[:17]}59{known[19:]}"
    if known.startswith("0000"):
        known = f"0001{known[4:]}"
    return datetime.fromisoformat(known)

"""RFC 3339 times as values that can be compared.

Rule: pure; of a kept receipt only the time is read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

Fits = Callable[[bytes], bool]
_SECONDS = slice(17, 19)


class _Stamped(msgspec.Struct):
    timestamp_utc: str


_stamp = msgspec.json.Decoder(_Stamped).decode


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


def within(start: str | None, end: str | None, *, end_inclusive: bool = False) -> Fits:
    """Return what says of a receipt's bytes whether `timestamp_utc` is from the start on and before the end.

    >>> noon = b'{"timestamp_utc":"2026-01-01T12:00:00Z"}'
    >>> [within(None, "2026-01-01T12:00:00Z", end_inclusive=up_to)(noon) for up_to in (False, True)]
    [False, True]
    """
    first, last = start and moment(start), end and moment(end)

    def fits(text: bytes) -> bool:
        when = moment(_stamp(text).timestamp_utc)
        if first and when < first:
            return False
        return not last or when < last or (end_inclusive and when == last)

    return fits

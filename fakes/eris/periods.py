"""Whether a kept receipt is of a time; nothing else of it is read."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fakes.shape.moments import moment

Fits = Callable[[bytes], bool]


class _Stamped(msgspec.Struct):
    timestamp_utc: str


_stamp = msgspec.json.Decoder(_Stamped).decode


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

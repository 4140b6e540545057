"""ISO 8601 durations as seconds."""

from __future__ import annotations

import re

_FORM = re.compile(
    r"P(?:(\d+)W|(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)"
)
_DAY = 86_400
_SECONDS = (7 * _DAY, 365 * _DAY, 30 * _DAY, _DAY, 3600, 60, 1)


def seconds_of(duration: str) -> int:
    """Return the seconds; a year counts 365 days and a month 30. ValueError for what is no duration.

    >>> seconds_of("PT1H30M"), seconds_of("P1W"), seconds_of("P1DT1S")
    (5400, 604800, 86401)
    """
    found = _FORM.fullmatch(duration)
    if found is None:
        raise ValueError("no duration of whole numbers")
    return sum(int(count) * unit for count, unit in zip(found.groups(default="0"), _SECONDS, strict=True))

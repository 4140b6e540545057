"""ISO 8601 durations as seconds; the contract's Duration is the same form."""

from __future__ import annotations

import re

_WHOLE = "[0-9]{1,9}"
_LAST = f"{_WHOLE}(?:[.,][0-9]{{1,9}})?"  # only the last part may have a fraction
FORM = (
    f"P(?:{_LAST}W|(?:{_WHOLE}Y)?(?:{_WHOLE}M)?{_LAST}D|(?:{_WHOLE}Y)?{_LAST}M|{_LAST}Y"
    f"|(?:{_WHOLE}Y)?(?:{_WHOLE}M)?(?:{_WHOLE}D)?"
    f"T(?:(?:{_WHOLE}H)?(?:{_WHOLE}M)?{_LAST}S|(?:{_WHOLE}H)?{_LAST}M|{_LAST}H))"
)
_form = re.compile(FORM)
_part = re.compile(r"([0-9.,]+)([A-Z])")
_DAY = 86_400
_OF_DATE = {"Y": 365 * _DAY, "M": 30 * _DAY, "W": 7 * _DAY, "D": _DAY}
_OF_TIME = {"H": 3600, "M": 60, "S": 1}


def seconds_of(duration: str) -> float:
    """Return the seconds; a year counts 365 days and a month 30. ValueError for what is no duration.

    >>> seconds_of("PT1H30M"), seconds_of("P1W"), seconds_of("P1DT1.5S")
    (5400, 604800, 86401.5)
    """
    if _form.fullmatch(duration) is None:
        raise ValueError("no duration, or one of more than nine digits in a part")
    date, _, time = duration.partition("T")
    return sum(
        _number(count) * units[unit]
        for text, units in ((date, _OF_DATE), (time, _OF_TIME))
        for count, unit in _part.findall(text)
    )


def _number(count: str) -> float:
    return int(count) if count.isdecimal() else float(count.replace(",", "."))

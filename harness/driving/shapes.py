"""The shapes of ids, versions and times in an engine's answers."""

from __future__ import annotations

import re
from datetime import datetime

from harness.driving.answers import short
from harness.driving.failures import MalformedAnswerError

CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEMVER = re.compile(r"\d+\.\d+\.\d+([-+].+)?")
WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def moment(text: str) -> datetime:
    """Return the moment that an engine tells, in any spelling of RFC 3339; what is none is its breach.

    >>> moment("2026-03-01t10:00:00.5z")
    datetime.datetime(2026, 3, 1, 10, 0, 0, 500000, tzinfo=datetime.timezone.utc)
    """
    if not WITH_OFFSET.fullmatch(text):
        raise MalformedAnswerError(f"no time with an offset: {short(text)}")
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise MalformedAnswerError(f"no such time: {short(text)}") from error

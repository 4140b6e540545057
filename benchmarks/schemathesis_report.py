"""What a run of `schemathesis run` found, by its JSON report; and what of that a defect is the cause of.

Rule: nothing here runs anything. What the sound engine is accused of, too, is a false alarm: no catch.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection


class Fate(StrEnum):
    """What became of a defect."""

    CAUGHT = "caught"
    MISSED = "missed"
    UNKNOWN = "unknown"


class Alarm(msgspec.Struct, frozen=True, order=True):
    """A check that failed on an operation, or an error of the whole run (then `operation` is "")."""

    operation: str
    check: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one defect, and by which alarms. `reason`: why that is not known."""

    fate: Fate
    by: tuple[Alarm, ...] = ()
    reason: str = ""
    seconds: float = 0.0


class UnreadableError(Exception):
    """There is no report of a run to its end."""


class _Failures(msgspec.Struct, frozen=True):
    type: str
    operations: tuple[str, ...]


class _Errors(msgspec.Struct, frozen=True):
    title: str


class _Report(msgspec.Struct, frozen=True):
    complete: bool
    stop_reason: str | None
    failures: tuple[_Failures, ...]
    errors: tuple[_Errors, ...]


def read_report(content: bytes) -> frozenset[Alarm]:
    """Return what a run found."""
    try:
        report = msgspec.json.decode(content, type=_Report)
    except msgspec.DecodeError as error:
        raise UnreadableError(f"no report of schemathesis: {error}") from None
    failed = {Alarm(operation, one.type) for one in report.failures for operation in one.operations}
    found = frozenset(failed | {Alarm("", one.title) for one in report.errors})
    if not report.complete and not found:
        raise UnreadableError(f"the run came to no end: {report.stop_reason}")
    return found


def judged(found: Collection[Alarm], false_alarms: Collection[Alarm], seconds: float) -> Outcome:
    """Say whether any of what was found is not found on the sound engine, too."""
    by = tuple(sorted(set(found) - set(false_alarms)))
    return Outcome(fate=Fate.CAUGHT if by else Fate.MISSED, by=by, seconds=round(seconds, 1))

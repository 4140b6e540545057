"""What a run of `schemathesis run` found, by its JSON report; and what of that a defect is the cause of.

Rules: nothing here runs anything. What the sound engine is accused of, too, is a false alarm: no catch. A run
that ended early may have caught a defect, but never missed it: of what it did not ask nothing is known.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_TO_ITS_END = "completed"


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


class Found(msgspec.Struct, frozen=True):
    """What a run found. `cut`: why it ended early, "" where it went to its end."""

    alarms: frozenset[Alarm]
    cut: str = ""


class UnreadableError(Exception):
    """There is no report of a run, or the run ended early where only a whole one will do."""


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


def read_report(content: bytes) -> Found:
    """Return what a run found."""
    try:
        report = msgspec.json.decode(content, type=_Report)
    except msgspec.DecodeError as error:
        raise UnreadableError(f"no report of schemathesis: {error}") from None
    failed = {Alarm(operation, one.type) for one in report.failures for operation in one.operations}
    whole = report.complete and report.stop_reason == _TO_ITS_END
    return Found(
        frozenset(failed | {Alarm("", one.title) for one in report.errors}),
        "" if whole else f"the run came to no end: {report.stop_reason}",
    )


def false_alarms_of(runs: Iterable[Found]) -> frozenset[Alarm]:
    """Return what the sound engine is accused of in any of its runs, which must have come to their end."""
    found = tuple(runs)
    for one in found:
        if one.cut:
            raise UnreadableError(f"the sound engine: {one.cut}")
    return frozenset[Alarm]().union(*(one.alarms for one in found))


def judged(found: Found, false_alarms: Collection[Alarm], seconds: float) -> Outcome:
    """Say whether any of what was found is not found on the sound engine, too."""
    by = tuple(sorted(set(found.alarms) - set(false_alarms)))
    if found.cut and not by:
        return Outcome(fate=Fate.UNKNOWN, reason=found.cut, seconds=round(seconds, 1))
    return Outcome(fate=Fate.CAUGHT if by else Fate.MISSED, by=by, seconds=round(seconds, 1))

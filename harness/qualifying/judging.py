"""From what a hunt saw to what became of a defect.

Rule: pure; a time-out, a world that fell or a crash of ours is no kill, nor is what the sound engine is
blamed for, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.qualifying.record import Result, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harness.qualifying.record import Defect, Found, Hunted

NOTHING = "every scenario and check that could be run found nothing"


def judge(defect: Defect, hunted: Hunted | None, alarms: Collection[tuple[str, str]] = frozenset()) -> Result:
    """Say what became of a defect (not hunted where deferred). `alarms`: who blames the sound engine."""
    if defect.deferred:
        return Result(defect=defect, status=Status.DEFERRED, reason=f"not hunted: {defect.deferred}")
    if hunted is None:
        return Result(defect=defect, status=Status.UNKNOWN, reason="was not hunted to an end")
    if hunted.unbuilt or hunted.late:
        status = Status.UNKNOWN if hunted.unbuilt else Status.TIMED_OUT
        reason = hunted.unbuilt or hunted.late
        return Result(defect=defect, status=status, seconds=hunted.seconds, reason=reason)
    counted = [one for one in hunted.findings if one.voice not in alarms]
    right = next((one for one in counted if defect.rightly_blamed(one.requirements)), None)
    status, reason = (Status.CAUGHT, right.title) if right else _uncaught(defect, hunted, counted)
    return Result(
        defect=defect,
        status=status,
        seconds=hunted.seconds,
        by=right,
        others=tuple(one for one in counted if not defect.rightly_blamed(one.requirements)),
        reason=reason,
    )


def _uncaught(defect: Defect, hunted: Hunted, counted: Sequence[Found]) -> tuple[Status, str]:
    """Say why nothing blamed it rightly; what is not known is never said to be missed, nor caught."""
    if hunted.doubts:
        return Status.UNKNOWN, hunted.doubts[0]
    if ended := next((one for one in hunted.findings if defect.rightly_blamed(one.requirements)), None):
        return Status.UNKNOWN, f"found by {ended.check} alone, which blames the sound engine too"
    if counted:
        return Status.MISBLAMED, f"blamed on {', '.join(counted[0].requirements)} by {counted[0].check}"
    return Status.MISSED, NOTHING

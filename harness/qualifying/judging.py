"""From what a hunt saw to what became of a defect. Rule: pure; a time-out or a crash of ours is no kill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.qualifying.record import Result, Status

if TYPE_CHECKING:
    from harness.qualifying.record import Defect, Hunted

NOTHING = "every scenario and check that could be run found nothing"


def judge(defect: Defect, hunted: Hunted | None) -> Result:
    """Say what became of a defect; one that is deferred was not hunted."""
    if defect.deferred:
        return Result(defect=defect, status=Status.DEFERRED, reason=f"awaits: {defect.deferred}")
    if hunted is None:
        return Result(defect=defect, status=Status.UNKNOWN, reason="was not hunted to an end")
    right = next((one for one in hunted.findings if defect.rightly_blamed(one.requirements)), None)
    status, reason = (Status.CAUGHT, right.title) if right else _uncaught(hunted)
    return Result(
        defect=defect,
        status=status,
        seconds=hunted.seconds,
        by=right,
        others=tuple(one for one in hunted.findings if not defect.rightly_blamed(one.requirements)),
        reason=reason,
    )


def _uncaught(hunted: Hunted) -> tuple[Status, str]:
    """Say why nothing blamed it rightly; what is not known is never said to be missed, nor caught."""
    if hunted.late:
        return Status.TIMED_OUT, hunted.late
    if hunted.unbuilt:
        return Status.UNKNOWN, hunted.unbuilt
    if hunted.doubts:
        return Status.UNKNOWN, hunted.doubts[0]
    if hunted.findings:
        first = hunted.findings[0]
        return Status.MISBLAMED, f"blamed on {', '.join(first.requirements)} by {first.check}"
    return Status.MISSED, NOTHING

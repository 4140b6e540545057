"""Dual-channel approval as a table: whose turn it is in which state, and what a verdict leads to.

Rule: pure. What the table does not hold cannot happen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from engine.values.caller import may_approve

if TYPE_CHECKING:
    from datetime import datetime

    from engine.storage.approvals import Approval
    from engine.values.caller import Caller
    from engine.values.words import ApprovalStatus, Verdict

Part = Literal["actor", "approver"]

STEPS: dict[tuple[ApprovalStatus, Part, Verdict], ApprovalStatus] = {
    ("pending", "actor", "approve"): "first_approved",
    ("pending", "actor", "reject"): "rejected",
    ("first_approved", "approver", "approve"): "fully_approved",
    ("first_approved", "approver", "reject"): "rejected",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody wants to do. `is_first`: which of the two approvals is meant, where that was said."""

    part: Part
    verdict: Verdict
    is_first: bool | None = None


def part_of(approval: Approval, caller: Caller) -> Part | None:
    """Return who the caller is here; the actor is never a second person, whatever roles it has."""
    if caller.sub == approval.actor_id:
        return "actor"
    return "approver" if may_approve(caller) else None


def after(approval: Approval, step: Step, sub: str, now: datetime) -> Approval | None:
    """Return the approval after somebody's step; None: the state knows no such step."""
    status = STEPS.get((approval.status, step.part, step.verdict))
    is_first = approval.status == "pending"
    if status is None or step.is_first not in {None, is_first}:
        return None
    marks: dict[str, Any] = {"status": status, "updated_at": now}
    if step.part == "approver":
        marks["approver_id"] = sub
    if step.verdict == "approve":
        marks["first_approval_at" if is_first else "second_approval_at"] = now
    return replace(approval, **marks)

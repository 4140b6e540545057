"""Dual-channel approval as a transition table (engine.md 6; FR-6).

Rule: what the table does not hold is refused, and changes nothing. That a rejection ends it is a choice: an
engine that knows none refuses it, and goes on waiting.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.model.expecting import Answer, Expected, claim, new_id, refused, status_is
from scenarios.model.state import APPROVER_ROLES, FIRST, FULLY, PENDING, REJECTED

if TYPE_CHECKING:
    from harness.scenario import Object
    from scenarios.model.commands import Approve, Place, ReadApproval
    from scenarios.model.state import Decision, Nudge, State

TWO = ("FR-6",)
ACTOR, APPROVER = "actor", "approver"
STEPS = {(PENDING, ACTOR): FIRST, (FIRST, APPROVER): FULLY}
NO_REJECTION = (400, 409, 422)


def approved(state: State, command: Approve) -> Expected:  # noqa: PLR0911 - one return a kind of answer
    """Two different people, one after the other, and nobody else."""
    # Whether the name or the action is looked at first is the engine's to choose.
    unseen = (404,) if command.name in {None, command.by} else (404, 403)
    if command.place is None:
        return refused(state, unseen, "an action that is none can be approved", *TWO)
    decision, nudge = _matter(state, command.place)
    if not state.is_home(command.by):
        return refused(state, unseen, "another tenant's action can be approved", "NFR-5")
    if nudge.approval is None:
        return refused(state, unseen, "what needs no two approvals can be approved", *TWO)
    part = _part(state, decision, command.by)
    if part is None or command.name not in {None, command.by}:
        return refused(state, (403,), "somebody approves who may not", "FR-6", "NFR-7")
    rejects = command.verdict == "reject"
    after = STEPS.get((nudge.approval, part))
    if after is None or command.first not in {None, nudge.approval == PENDING}:
        statuses = NO_REJECTION if rejects else (409,)
        return refused(state, statuses, "an approval is taken out of turn", *TWO)
    if rejects:
        return _rejected(state, command.place, nudge)
    approver = command.by if after == FULLY else None
    return _stepped(state, command.place, replace(nudge, approval=after, approver=approver))


def approval_read(state: State, command: ReadApproval) -> Expected:
    """How far an approval is, is told to the tenant's own people."""
    if command.place is None:
        return refused(state, (404,), "an action that is none has an approval", *TWO)
    place = command.place
    decision, nudge = _matter(state, place)
    if not state.is_home(command.by):
        return refused(state, (404,), "another tenant's approval can be read", "NFR-5")
    if nudge.approval is None:
        return refused(state, (404,), "what needs no two approvals has an approval", *TWO)

    def read(answer: Answer) -> State:
        status_is(answer, (200,), "an approval cannot be read", TWO)
        approval = answer.object
        said = (approval["action_id"], approval["decision_id"], approval["actor_id"])
        wanted = (nudge.id, decision.id, state.people[decision.actor].sub)
        claim("an approval is another action's", TWO, holds=said == wanted, told=said)
        _stands(state, nudge, approval)
        return state.with_nudge(place, _identified(state, nudge, approval))

    return Expected(TWO, read)


def _matter(state: State, place: Place) -> tuple[Decision, Nudge]:
    decision = state.decisions[place[0]]
    return decision, decision.nudges[place[1]]


def _part(state: State, decision: Decision, by: str) -> str | None:
    """Return as what somebody comes; for whom a decision was made is never the second."""
    if by == decision.actor:
        return ACTOR
    return None if APPROVER_ROLES.isdisjoint(state.people[by].roles) else APPROVER


def _stepped(state: State, place: Place, after: Nudge) -> Expected:
    def read(answer: Answer) -> State:
        status_is(answer, (200,), "an approval in turn is refused", TWO)
        said = answer.object["status"]
        claim("an approval leads to another state", TWO, holds=said == after.approval, told=said)
        approval = answer.object.object("approval")
        _stands(state, after, approval)
        return state.with_nudge(place, _identified(state, after, approval))

    return Expected(TWO, read)


def _rejected(state: State, place: Place, nudge: Nudge) -> Expected:
    def read(answer: Answer) -> State:
        status_is(answer, (200, *NO_REJECTION), "a rejection fails badly", TWO)
        if answer.status in NO_REJECTION:
            return state
        said = answer.object["status"]
        claim("a rejection is no rejection", TWO, holds=said == REJECTED, told=said)
        return state.with_nudge(place, replace(nudge, approval=REJECTED))

    return Expected(TWO, read)


def _stands(state: State, nudge: Nudge, approval: Object) -> None:
    """Compare an approval with how far it is; who rejected what, and when, is told as an engine likes."""
    said = approval["status"]
    claim("an approval stands otherwise", TWO, holds=said == nudge.approval, told=said)
    if nudge.approval == REJECTED:
        return
    times = (approval["first_approval_at"] is not None, approval["second_approval_at"] is not None)
    wanted = (nudge.approval in {FIRST, FULLY}, nudge.approval == FULLY)
    claim("an approval has times of steps not taken", TWO, holds=times == wanted, told=approval)
    if nudge.approver is not None:
        said = approval["approver_id"]
        right = said == state.people[nudge.approver].sub
        claim("an approval names another approver", TWO, holds=right, told=said)


def _identified(state: State, nudge: Nudge, approval: Object) -> Nudge:
    """Hold the approval to its id."""
    identity = approval.string("approval_id")
    if nudge.approval_id is None:
        known = frozenset(each.approval_id for _, each in state.shown() if each.approval_id)
        return replace(nudge, approval_id=new_id(identity, known, "an approval", TWO))
    claim("an approval changes its id", TWO, holds=identity == nudge.approval_id, told=identity)
    return nudge

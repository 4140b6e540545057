"""One step of an approval: refused, or kept with its receipt.

Rule: who is second to the row waits for the first, and then finds the state that the first has left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.approvals.steps import Step, after, part_of
from engine.edge.access import own_name, own_tenant
from engine.edge.errors import conflict, forbidden, not_found
from engine.pipeline.risk import risk_of
from engine.receipts.content import Basis, Judgement, Risk, Scene, Subject, receipt
from engine.receipts.entry import receipt_entry
from engine.storage import approvals, decisions, outbox
from engine.values.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.approvals.body import ApproveBody
    from engine.services import Services
    from engine.storage.approvals import Approval
    from engine.storage.decisions import StoredDecision
    from engine.values.caller import Caller
    from engine.values.words import ActionType, Verdict


@dataclass(frozen=True, slots=True)
class _Matter:
    """What is to be approved: an action of a decision, and how far its approval is."""

    approval: Approval
    decision: StoredDecision
    action_type: ActionType


async def approve(services: Services, caller: Caller, action_id: str, body: ApproveBody) -> Approval:
    """Take the caller's step, and keep it."""
    own_tenant(caller, body.tenant_id)
    own_name(caller, body.actor_id)
    async with services.database.writing() as connection:
        matter = await _locked(connection, caller.tenant_id, action_id)
        now = datetime.now(UTC)  # not before the row is ours: times follow one another as the steps do
        stepped = _stepped(matter.approval, caller, body, now)
        told = _receipt(matter, stepped, body.verdict, caller.actor_type)
        entry = receipt_entry(told, services.key, now)
        await approvals.put(connection, stepped)
        await outbox.add(connection, [entry], now)
    services.courier.post(entry)
    return stepped


async def status_of(services: Services, caller: Caller, action_id: str) -> Approval:
    """Return how far the approval of one of the tenant's actions is."""
    async with services.database.reading() as connection:
        found = await approvals.find(connection, caller.tenant_id, action_id)
    if found is None:
        raise _nothing()
    return found


async def _locked(connection: AsyncConnection, tenant_id: str, action_id: str) -> _Matter:
    approval = await approvals.lock(connection, tenant_id, action_id)
    if approval is None:
        raise _nothing()
    decision = await decisions.find(connection, tenant_id, approval.decision_id)
    action_type = await decisions.type_of(connection, action_id)
    if decision is None or action_type is None:
        raise _nothing()
    return _Matter(approval, decision, action_type)


def _stepped(approval: Approval, caller: Caller, body: ApproveBody, now: datetime) -> Approval:
    part = part_of(approval, caller)
    if part is None:
        raise forbidden("Only the decision's actor and approvers may approve.")
    stepped = after(approval, Step(part, body.verdict, body.is_first), caller.sub, now)
    if stepped is None:
        raise conflict(f"The approval is {approval.status}, and this is not its next step.")
    return stepped


def _receipt(matter: _Matter, stepped: Approval, verdict: Verdict, approver_type: str) -> dict[str, Any]:
    """Say which step was taken; who took it is in the database alone, where it can be erased."""
    before, decision = matter.approval, matter.decision
    ids = {
        "decision_id": stepped.decision_id,
        "action_id": stepped.action_id,
        "approval_id": stepped.approval_id,
    }
    return receipt(
        new_id(),
        stepped.updated_at,
        subject=Subject("approval", ids),
        scene=Scene(
            stepped.tenant_id, approver_type, decision.source, decision.environment, decision.repo_id
        ),
        basis=Basis(decision.policy_snapshot_id),
        judgement=Judgement("pass", f"The action was {before.status}, and is {stepped.status}"),
        result={"verdict": verdict, "before": before.status, "after": stepped.status},
        risk=Risk(risk_of((matter.action_type,))),
        parent_receipt_id=decision.receipt_id,
    )


def _nothing() -> Exception:
    return not_found("There is no such action that needs two approvals.")

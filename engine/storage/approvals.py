"""How far the approval of each action is that needs two people's.

Rule: such an action is pending from its decision on, also where the engine that decided (an older version's)
made no row of it: that is made with the first step.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from engine.storage.decisions import StoredDecision
from engine.storage.records import insertion
from engine.storage.schema import ACTIONS, APPROVALS, DECISIONS
from engine.values.ids import sole_id

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.storage.together import Inserting
    from engine.values.action import Action
    from engine.values.words import ApprovalStatus


@dataclass(frozen=True, slots=True)
class Approval:
    """One action's approval. `actor_id`: the decision's actor; `approver_id`: who gave the second verdict."""

    approval_id: str
    action_id: str
    decision_id: str
    tenant_id: str
    actor_id: str
    approver_id: str | None
    status: ApprovalStatus
    first_approval_at: datetime | None
    second_approval_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def begin(connection: Inserting, decision: StoredDecision, actions: tuple[Action, ...]) -> None:
    """Let every action of a new decision that needs approval wait for it."""
    rows = [asdict(_pending(decision, one.action_id)) for one in actions if one.requires_dual_channel]
    if rows:
        await connection.execute(insert(APPROVALS), rows)


async def find(connection: AsyncConnection, tenant_id: str, action_id: str) -> Approval | None:
    """Return an action's approval; another tenant's does not exist."""
    found = await _one(connection, _of(tenant_id, action_id))
    return found or await _without_row(connection, _unmarked(tenant_id, action_id), action_id)


async def lock(connection: AsyncConnection, tenant_id: str, action_id: str) -> Approval | None:
    """Return an action's approval as it is once it is ours, until the transaction ends."""
    wanted = _of(tenant_id, action_id).with_for_update()
    found = await _one(connection, wanted)
    if found is None and await _begun_late(connection, tenant_id, action_id):
        found = await _one(connection, wanted)
    return found


async def put(connection: AsyncConnection, approval: Approval) -> None:
    """Keep an approval's new state."""
    same = APPROVALS.c.approval_id == approval.approval_id
    await connection.execute(update(APPROVALS).where(same).values(asdict(approval)))


def _of(tenant_id: str, action_id: str) -> Select[Any]:
    columns = (APPROVALS.c[name] for name in Approval.__slots__)
    return select(*columns).where(APPROVALS.c.action_id == action_id, APPROVALS.c.tenant_id == tenant_id)


async def _one(connection: AsyncConnection, wanted: Select[Any]) -> Approval | None:
    row = (await connection.execute(wanted)).one_or_none()
    return Approval(*row) if row else None


async def _begun_late(connection: AsyncConnection, tenant_id: str, action_id: str) -> bool:
    """Make the row of an action that has none; hold its decision, whose actor may just be erased."""
    unmarked = _unmarked(tenant_id, action_id).with_for_update(of=DECISIONS)
    pending = await _without_row(connection, unmarked, action_id)
    if pending is not None:
        row = insertion(connection, APPROVALS).values(asdict(pending))
        await connection.execute(row.on_conflict_do_nothing())
    return pending is not None


async def _without_row(connection: AsyncConnection, unmarked: Select[Any], action_id: str) -> Approval | None:
    """Return the pending approval of an action that needs one, by the action alone."""
    row = (await connection.execute(unmarked)).one_or_none()
    return _pending(StoredDecision(*row), action_id) if row else None


def _unmarked(tenant_id: str, action_id: str) -> Select[Any]:
    columns = (DECISIONS.c[name] for name in StoredDecision.__slots__)
    of_one = select(*columns).join(ACTIONS, ACTIONS.c.decision_id == DECISIONS.c.decision_id)
    return of_one.where(
        ACTIONS.c.action_id == action_id,
        ACTIONS.c.tenant_id == tenant_id,
        ACTIONS.c.requires_dual_channel,
    )


def _pending(decision: StoredDecision, action_id: str) -> Approval:
    return Approval(
        approval_id=sole_id("approval", action_id),
        action_id=action_id,
        decision_id=decision.decision_id,
        tenant_id=decision.tenant_id,
        actor_id=decision.actor_id,
        approver_id=None,
        status="pending",
        first_approval_at=None,
        second_approval_at=None,
        created_at=decision.created_at,
        updated_at=decision.created_at,
    )

"""Makes what is kept of an actor nobody's. Rule: rows stay, so that counts stay; only who it was goes.

An approval that was not at its end is rejected: whose first step it was is gone, and must not be the second
person besides, when the same actor comes back under a name that the row no longer knows.
Besides preferences, alerts that still wait go: they are counted nowhere, and a text may tell who it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, exists, select, update

from engine.storage.database import MANY_ROWS_LOCK, lock
from engine.storage.outbox import ALERTING, PENDING
from engine.storage.schema import ACTIONS, APPROVALS, DECISIONS, OUTBOX, OUTCOMES, PREFERENCES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Case, Column, Delete, Update
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.values.words import ApprovalStatus

SLICE = 5_000
OPEN: tuple[ApprovalStatus, ...] = ("pending", "first_approved")
NAMES: tuple[Column[Any], ...] = (
    DECISIONS.c.actor_id,
    OUTCOMES.c.actor_id,
    APPROVALS.c.actor_id,
    APPROVALS.c.approver_id,
)


async def erase(
    connection: AsyncConnection, tenant_id: str, actor_id: str, stand_in: str, now: datetime
) -> dict[str, int]:
    """Delete an actor's preferences and waiting alerts, rename it where else it is named; say how often."""
    await lock(connection, MANY_ROWS_LOCK)
    own = delete(PREFERENCES).where(PREFERENCES.c.tenant_id == tenant_id, PREFERENCES.c.actor_id == actor_id)
    alerts = withdrawing(tenant_id, actor_id)
    erased = {
        "preferences": (await connection.execute(own)).rowcount,
        "alerts": (await connection.execute(alerts)).rowcount,
    }
    for name in NAMES:
        slice_ = replacing(name, tenant_id, actor_id, stand_in)
        if name is APPROVALS.c.actor_id:
            slice_ = slice_.values(_ended(now))
        replaced = await _replace(connection, slice_)
        erased[name.table.name] = erased.get(name.table.name, 0) + replaced
    return erased


def withdrawing(tenant_id: str, actor_id: str) -> Delete:
    """Delete the messages that wait and are an action's of the actor: an alert goes by its action's id."""
    of_actor = exists().where(
        ACTIONS.c.action_id == OUTBOX.c.entry_id,
        ACTIONS.c.decision_id == DECISIONS.c.decision_id,
        DECISIONS.c.tenant_id == tenant_id,
        DECISIONS.c.actor_id == actor_id,
    )
    return delete(OUTBOX).where(OUTBOX.c.channel == ALERTING, OUTBOX.c.status == PENDING, of_actor)


def replacing(name: Column[Any], tenant_id: str, actor_id: str, stand_in: str) -> Update:
    """Replace the actor in one slice of a table, so that no statement takes long."""
    (key,) = name.table.primary_key
    tenants = name.table.c.tenant_id == tenant_id
    found = select(key).where(tenants, name == actor_id).limit(SLICE)
    return update(name.table).where(key.in_(found)).values({name: stand_in})


def _ended(now: datetime) -> dict[str, Case[Any]]:
    """Reject what is open, as it is when its row is ours: an approval may be given meanwhile."""
    still_open = APPROVALS.c.status.in_(OPEN)
    return {
        "status": case((still_open, "rejected"), else_=APPROVALS.c.status),
        "updated_at": case((still_open, now), else_=APPROVALS.c.updated_at),
    }


async def _replace(connection: AsyncConnection, slice_: Update) -> int:
    replaced = 0
    while count := (await connection.execute(slice_)).rowcount:
        replaced += count
    return replaced

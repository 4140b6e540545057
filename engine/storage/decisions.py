"""Decisions and the actions that were proposed. Rule: nothing of a context or payload is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from sqlalchemy import insert, select

from engine.storage.schema import ACTIONS, DECISIONS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.storage.together import Inserting
    from engine.values.action import Action
    from engine.values.words import ActionType, Environment, Source


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """What is kept of a decision."""

    decision_id: str
    tenant_id: str
    actor_id: str
    actor_type: str
    source: Source
    environment: Environment | None
    repo_id: str | None
    receipt_id: str
    policy_snapshot_id: str | None
    degraded: bool
    created_at: datetime


async def add(connection: Inserting, decision: StoredDecision, actions: tuple[Action, ...]) -> None:
    """Keep a decision and its actions."""
    values = {name: getattr(decision, name) for name in StoredDecision.__slots__}
    await connection.execute(insert(DECISIONS), [values])
    if actions:
        await connection.execute(insert(ACTIONS), [_action_row(decision, action) for action in actions])


async def find(connection: AsyncConnection, tenant_id: str, decision_id: str) -> StoredDecision | None:
    """Return a tenant's decision; another tenant's does not exist."""
    wanted = select(*(DECISIONS.c[name] for name in StoredDecision.__slots__)).where(
        DECISIONS.c.decision_id == decision_id, DECISIONS.c.tenant_id == tenant_id
    )
    row = (await connection.execute(wanted)).one_or_none()
    return StoredDecision(*row) if row else None


async def lock_action(connection: AsyncConnection, decision_id: str, action_id: str) -> ActionType | None:
    """Hold a decision's action until the transaction ends; return its type, if there is one."""
    wanted = select(ACTIONS.c.type).where(
        ACTIONS.c.action_id == action_id, ACTIONS.c.decision_id == decision_id
    )
    found = await connection.execute(wanted.with_for_update())
    return cast("ActionType | None", found.scalar_one_or_none())


async def type_of(connection: AsyncConnection, action_id: str) -> ActionType | None:
    """Return what type an action is of."""
    found = await connection.execute(select(ACTIONS.c.type).where(ACTIONS.c.action_id == action_id))
    return cast("ActionType | None", found.scalar())


def _action_row(decision: StoredDecision, action: Action) -> dict[str, object]:
    return {
        "action_id": action.action_id,
        "decision_id": decision.decision_id,
        "tenant_id": decision.tenant_id,
        "type": action.type,
        "surfaces": ",".join(action.surfaces),
        "playbook_id": action.playbook_id,
        "playbook_version": action.playbook_version,
        "requires_consent": action.requires_consent,
        "requires_dual_channel": action.requires_dual_channel,
        "created_at": decision.created_at,
    }

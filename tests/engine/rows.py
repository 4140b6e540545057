"""Rows as an engine of long ago has left them: written past the engine, which has no clock to be moved."""

# ruff: noqa: ANN401 -- columns of any type

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import func, insert, select

from engine.storage.database import Database
from engine.storage.schema import ACTIONS, APPROVALS, DECISIONS, OUTCOMES, PREFERENCES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Rows]:
    database = Database(url, pool_min=1, pool_max=2)
    await database.prepare()
    try:
        yield Rows(database)
    finally:
        await database.aclose()


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a database."""

    database: Database

    async def add(self, table: Table, **values: Any) -> dict[str, Any]:
        async with self.database.writing() as connection:
            await connection.execute(insert(table).values(values))
        return values

    async def decision(self, tenant: str, at: datetime, actor: str = "actor-1", **more: Any) -> str:
        """Add a decision with one action, one outcome and one approval; return its id."""
        decision_id, action_id = str(uuid4()), str(uuid4())
        ids = {"decision_id": decision_id, "tenant_id": tenant, "created_at": at}
        async with self.database.writing() as connection:
            await _add_decision(connection, ids, actor)
            await _add_action(connection, ids, action_id)
            await _add_outcome(connection, ids, action_id, actor, **more)
            await _add_approval(connection, ids, action_id, actor)
        return decision_id

    async def preferences(self, tenant: str, actor: str, at: datetime) -> None:
        await self.add(
            PREFERENCES,
            preference_id=str(uuid4()),
            tenant_id=tenant,
            actor_id=actor,
            opt_out_categories="",
            preferred_surfaces="",
            created_at=at,
            updated_at=at,
        )

    async def count(self, table: Table, *wanted: Any) -> int:
        async with self.database.reading() as connection:
            found = await connection.execute(select(func.count()).select_from(table).where(*wanted))
            return int(found.scalar_one())

    async def kept(self, tenant: str) -> dict[str, int]:
        tables = (DECISIONS, ACTIONS, APPROVALS, OUTCOMES)
        return {one.name: await self.count(one, one.c.tenant_id == tenant) for one in tables}

    async def all(self, table: Table, *wanted: Any) -> list[Any]:
        async with self.database.reading() as connection:
            return list(await connection.execute(select(table).where(*wanted)))


async def _add_decision(connection: AsyncConnection, ids: dict[str, Any], actor: str) -> None:
    values = {
        **ids,
        "actor_id": actor,
        "actor_type": "human",
        "source": "ide",
        "receipt_id": str(uuid4()),
        "degraded": False,
    }
    await connection.execute(insert(DECISIONS).values(values))


async def _add_action(connection: AsyncConnection, ids: dict[str, Any], action_id: str) -> None:
    values = {
        **ids,
        "action_id": action_id,
        "type": "multiplier",
        "surfaces": "ide",
        "playbook_id": str(uuid4()),
        "playbook_version": "1.0.0",
        "requires_consent": True,
        "requires_dual_channel": True,
    }
    await connection.execute(insert(ACTIONS).values(values))


async def _add_outcome(
    connection: AsyncConnection, ids: dict[str, Any], action_id: str, actor: str, **more: Any
) -> None:
    values = {
        **ids,
        "outcome_id": str(uuid4()),
        "action_id": action_id,
        "actor_id": actor,
        "result": "shown",
        **more,
    }
    await connection.execute(insert(OUTCOMES).values(values))


async def _add_approval(connection: AsyncConnection, ids: dict[str, Any], action_id: str, actor: str) -> None:
    values = {
        **ids,
        "approval_id": str(uuid4()),
        "action_id": action_id,
        "actor_id": actor,
        "approver_id": "approver-1",
        "status": "fully_approved",
        "updated_at": ids["created_at"],
    }
    await connection.execute(insert(APPROVALS).values(values))

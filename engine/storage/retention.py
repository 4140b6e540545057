"""Finds and deletes what is too old, a batch at a time, each tenant by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, Table, delete, func, select

from engine.storage.schema import ACTIONS, APPROVALS, DECISIONS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Column
    from sqlalchemy.ext.asyncio import AsyncConnection

BATCH = 500
# What each kind of row takes with it, by the column that says to which it belongs.
BELONGING: dict[Table, tuple[Column[Any], ...]] = {
    DECISIONS: (APPROVALS.c.decision_id, ACTIONS.c.decision_id),
    OUTCOMES: (),
}


async def next_tenant(connection: AsyncConnection, table: Table, after: str | None) -> str | None:
    """Return the tenant that follows, in the order of the table's index; None: there is no other."""
    found: str | None = (await connection.execute(following(table, after))).scalar()
    return found


def following(table: Table, after: str | None) -> Select[Any]:
    """Select one tenant by a single step in the index: there is no table of tenants."""
    tenants = select(table.c.tenant_id).order_by(table.c.tenant_id).limit(1)
    return tenants if after is None else tenants.where(table.c.tenant_id > after)


async def oldest(connection: AsyncConnection, table: Table, tenant_id: str) -> datetime | None:
    """Return since when there is something of a tenant."""
    first = select(func.min(table.c.created_at)).where(table.c.tenant_id == tenant_id)
    found: datetime | None = (await connection.execute(first)).scalar()
    return found


async def delete_batch(connection: AsyncConnection, table: Table, tenant_id: str, before: datetime) -> int:
    """Delete a batch of what is older, oldest first, with all that belongs to it; say how much that was."""
    (key,) = table.primary_key
    old = select(key).where(table.c.tenant_id == tenant_id, table.c.created_at < before)
    keys = (await connection.execute(old.order_by(table.c.created_at).limit(BATCH))).scalars().all()
    if keys:
        await _delete(connection, (*BELONGING[table], key), keys)
    return len(keys)


async def _delete(connection: AsyncConnection, columns: Sequence[Column[Any]], keys: Sequence[str]) -> None:
    for column in columns:
        await connection.execute(delete(column.table).where(column.in_(keys)))

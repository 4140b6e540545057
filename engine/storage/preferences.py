"""What actors want: one record for each that ever said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from engine.storage.records import held, listed, unlisted
from engine.storage.schema import PREFERENCES
from engine.values.standing import Preferences

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

_KEY = (PREFERENCES.c.tenant_id, PREFERENCES.c.actor_id)


@dataclass(frozen=True, slots=True)
class StoredPreferences:
    """What an actor wants, and since when."""

    preference_id: str
    tenant_id: str
    actor_id: str
    wishes: Preferences
    created_at: datetime
    updated_at: datetime


async def find(connection: AsyncConnection, tenant_id: str, actor_id: str) -> StoredPreferences | None:
    """Return what an actor of a tenant has said, if anything."""
    wanted = select(PREFERENCES).where(
        PREFERENCES.c.tenant_id == tenant_id, PREFERENCES.c.actor_id == actor_id
    )
    row = (await connection.execute(wanted)).one_or_none()
    return _stored(row) if row else None


async def hold(connection: AsyncConnection, fresh: StoredPreferences) -> StoredPreferences:
    """Return the actor's record, or the fresh one; nobody else changes it until the transaction ends."""
    return _stored(await held(connection, PREFERENCES, _KEY, _row(fresh)))


async def put(connection: AsyncConnection, preferences: StoredPreferences) -> None:
    """Keep a record's new state."""
    same = PREFERENCES.c.preference_id == preferences.preference_id
    await connection.execute(update(PREFERENCES).where(same).values(_row(preferences)))


def wishes_of(row: Row[Any]) -> Preferences:
    """Read what a row says the actor wants."""
    return Preferences(
        opt_out_categories=unlisted(row.opt_out_categories),
        preferred_surfaces=unlisted(row.preferred_surfaces),
        snooze_until=row.snooze_until,
    )


def _row(preferences: StoredPreferences) -> dict[str, Any]:
    wishes = preferences.wishes
    return {
        "preference_id": preferences.preference_id,
        "tenant_id": preferences.tenant_id,
        "actor_id": preferences.actor_id,
        "opt_out_categories": listed(wishes.opt_out_categories),
        "preferred_surfaces": listed(wishes.preferred_surfaces),
        "snooze_until": wishes.snooze_until,
        "created_at": preferences.created_at,
        "updated_at": preferences.updated_at,
    }


def _stored(row: Row[Any]) -> StoredPreferences:
    return StoredPreferences(
        preference_id=row.preference_id,
        tenant_id=row.tenant_id,
        actor_id=row.actor_id,
        wishes=wishes_of(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

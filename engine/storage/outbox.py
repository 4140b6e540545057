"""What waits for ERIS and alerting; written in the transaction of what it tells about.

An entry that somebody is trying is due again only after a lease, so that no two replicas try it at once, and
so that it is tried again when the one who held it was killed.

What nobody will take is forgotten, but for a receipt that was refused: it is evidence, and names no actor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from engine.storage.schema import OUTBOX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.storage.together import Inserting

LEASE = timedelta(seconds=3)
# What goes out after an answer is left to the one who answers, for longer than an answer can take: a few
# seconds for a connection, five for each statement of the transaction, 0.8 for ERIS.
ANSWER_LEASE = timedelta(seconds=60)
ERIS = "eris"
ALERTING = "alerting"
PENDING = "pending"
REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Entry:
    """One message to another service; `body` is JSON, signed where it is a receipt."""

    entry_id: str
    channel: str
    tenant_id: str
    body: str
    attempts: int
    created_at: datetime


async def add(
    connection: Inserting, entries: Sequence[Entry], now: datetime, lease: timedelta = LEASE
) -> None:
    """Keep messages that the caller itself is about to try."""
    if entries:
        await connection.execute(insert(OUTBOX), [_row(entry, now + lease) for entry in entries])


async def claim(connection: AsyncConnection, channel: str, limit: int, now: datetime) -> list[Entry]:
    """Take the messages that are due, oldest first, and lease them."""
    due = select(OUTBOX).where(
        OUTBOX.c.channel == channel, OUTBOX.c.status == PENDING, OUTBOX.c.due_at <= now
    )
    locked = due.order_by(OUTBOX.c.due_at).limit(limit).with_for_update(skip_locked=True)
    entries = [_entry(row) for row in await connection.execute(locked)]
    ids = [entry.entry_id for entry in entries]
    if ids:
        await connection.execute(update(OUTBOX).where(OUTBOX.c.entry_id.in_(ids)).values(due_at=now + LEASE))
    return entries


async def forget(connection: AsyncConnection, entry_ids: Sequence[str]) -> None:
    """Forget messages that have arrived, since their receiver keeps them now, or that never will."""
    await connection.execute(delete(OUTBOX).where(OUTBOX.c.entry_id.in_(entry_ids)))


async def postpone(connection: AsyncConnection, entry: Entry, until: datetime) -> None:
    """Try a message again, later."""
    values = {"attempts": entry.attempts, "due_at": until}
    await connection.execute(update(OUTBOX).where(OUTBOX.c.entry_id == entry.entry_id).values(values))


async def reject(connection: AsyncConnection, entry: Entry) -> None:
    """Keep a message that was refused and will not be tried again."""
    values = {"attempts": entry.attempts, "status": REJECTED}
    await connection.execute(update(OUTBOX).where(OUTBOX.c.entry_id == entry.entry_id).values(values))


def tried(entry: Entry) -> Entry:
    """Return the entry with one attempt more."""
    return replace(entry, attempts=entry.attempts + 1)


def _row(entry: Entry, due_at: datetime) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "channel": entry.channel,
        "tenant_id": entry.tenant_id,
        "body": entry.body,
        "status": PENDING,
        "attempts": entry.attempts,
        "due_at": due_at,
        "created_at": entry.created_at,
    }


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.entry_id, row.channel, row.tenant_id, row.body, row.attempts, row.created_at)

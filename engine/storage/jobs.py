"""Who does the work that one replica does for all, and when it is due.

Whoever has claimed a job holds it for a lease, which each step of the work renews; the lease of a replica
that was killed ends, and another one takes over.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, update

from engine.storage.records import insertion
from engine.storage.schema import JOBS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncConnection

LEASE = timedelta(seconds=30)


async def claim(
    connection: AsyncConnection, name: str, holder: str, now: datetime, interval: timedelta
) -> bool:
    """Take a job that is due; say whether it was. One that nobody has ever done is.

    So is one that is due later than the interval allows, by more than clocks differ: a longer one set that.
    """
    first = insertion(connection, JOBS).values(name=name, due_at=now)
    await connection.execute(first.on_conflict_do_nothing())
    too_late = now + max(interval, LEASE) + LEASE
    due = update(JOBS).where(JOBS.c.name == name, or_(JOBS.c.due_at <= now, JOBS.c.due_at > too_late))
    return (await connection.execute(due.values(holder=holder, due_at=now + LEASE))).rowcount == 1


async def hold(connection: AsyncConnection, name: str, holder: str, until: datetime) -> bool:
    """Keep a job until then, locked until the transaction ends; False: somebody else has taken it over."""
    held = update(JOBS).where(JOBS.c.name == name, JOBS.c.holder == holder)
    return (await connection.execute(held.values(due_at=until))).rowcount == 1

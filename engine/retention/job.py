"""The retention job (engine.md 8): one replica at a time, a batch at a time, so that nobody waits for it.

Rule: what is deleted is gone, so where governance does not say whether there is a legal hold, nothing is.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from engine.dependencies.errors import RefusedError, UnavailableError
from engine.observe.logs import log_event
from engine.storage import jobs, retention
from engine.storage.database import MANY_ROWS_LOCK, StorageUnavailableError, lock
from engine.storage.schema import DECISIONS, OUTCOMES
from engine.values.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.dependencies.governance import Governance, Retention
    from engine.storage.database import Database

NAME = "retention"
LOOK_SECONDS = 60.0
AGAIN_SECONDS = 3_600.0
PAUSE_SECONDS = 0.05
BATCHES = 20  # then governance is asked again: a legal hold may have come
SHORTEST = timedelta(days=1)
MOST_DAYS = 365_000  # beyond this the calendar ends; nothing is that old


class TakenOverError(Exception):
    """Another replica does the job now."""


class RetentionJob:
    """Does the job when it is due, if no other replica does."""

    def __init__(self, database: Database, governance: Governance, seconds: float) -> None:
        self._database = database
        self._governance = governance
        self._seconds = seconds
        self._holder = new_id()

    async def run(self) -> None:
        """Look whether the job is due, for as long as the engine lives."""
        while True:
            try:
                await self._do_if_due()
            except StorageUnavailableError:
                log_event("retention_waits", "the database is unavailable", level=logging.WARNING)
            except TakenOverError:
                log_event("retention_waits", "another replica has taken over", level=logging.WARNING)
            await asyncio.sleep(min(self._seconds, LOOK_SECONDS))

    async def _do_if_due(self) -> None:
        async with self._database.writing() as connection:
            interval = timedelta(seconds=self._seconds)
            if not await jobs.claim(connection, NAME, self._holder, datetime.now(UTC), interval):
                return
        untold = [await self._forget(table) for table in (DECISIONS, OUTCOMES)]
        again = min(AGAIN_SECONDS, self._seconds) if any(untold) else self._seconds
        async with self._database.writing() as connection:
            await jobs.hold(connection, NAME, self._holder, datetime.now(UTC) + timedelta(seconds=again))

    async def _forget(self, table: Table) -> int:
        """Go through the tenants; say of how many governance did not tell."""
        untold, tenant_id = 0, await self._next(table, None)
        while tenant_id is not None:
            untold += not await self._forget_of(table, tenant_id)
            tenant_id = await self._next(table, tenant_id)
        return untold

    async def _forget_of(self, table: Table, tenant_id: str) -> bool:
        """Delete what is too old of a tenant, as governance says meanwhile; False: it does not say."""
        more = await self._has_old(table, tenant_id)
        while more:
            told = await self._told(tenant_id)
            if told is None:
                return False
            before = too_old(table, told, datetime.now(UTC))
            more = not told.legal_hold and await self._delete(table, tenant_id, before)
        return True

    async def _next(self, table: Table, after: str | None) -> str | None:
        async with self._database.writing() as connection:
            await self._hold(connection)
            return await retention.next_tenant(connection, table, after)

    async def _has_old(self, table: Table, tenant_id: str) -> bool:
        """Say whether any rule could touch the tenant: governance is not asked about the others."""
        async with self._database.reading() as connection:
            oldest = await retention.oldest(connection, table, tenant_id)
        return oldest is not None and oldest < datetime.now(UTC) - SHORTEST

    async def _told(self, tenant_id: str) -> Retention | None:
        try:
            return await self._governance.retention(tenant_id)
        except (UnavailableError, RefusedError):
            message = "governance does not say how long to keep what: everything is kept"
            log_event("retention_unknown", message, level=logging.WARNING, tenant_id=tenant_id)
            return None

    async def _delete(self, table: Table, tenant_id: str, before: datetime) -> bool:
        """Delete some batches; say whether there may be more."""
        total, full = 0, True
        for _ in range(BATCHES):
            async with self._database.writing() as connection:
                await self._hold(connection)
                await lock(connection, MANY_ROWS_LOCK)
                deleted = await retention.delete_batch(connection, table, tenant_id, before)
            total, full = total + deleted, deleted == retention.BATCH
            await asyncio.sleep(PAUSE_SECONDS)  # who waits to write on SQLite comes in between
            if not full:
                break
        if total:
            log_event("retention", f"{total} {table.name} were too old", tenant_id=tenant_id)
        return full

    async def _hold(self, connection: AsyncConnection) -> None:
        if not await jobs.hold(connection, NAME, self._holder, datetime.now(UTC) + jobs.LEASE):
            raise TakenOverError


def too_old(table: Table, told: Retention, now: datetime) -> datetime:
    """Return before when a row must have been made to be deleted."""
    days = told.decisions if table is DECISIONS else told.outcomes
    return now - timedelta(days=min(days, MOST_DAYS))

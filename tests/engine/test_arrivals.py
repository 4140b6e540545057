"""Section 2: what has arrived is forgotten, if not at once then once the database is back."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import select

from engine.delivery.arrivals import Arrivals
from engine.storage import outbox
from engine.storage.database import Database, StorageUnavailableError
from engine.storage.outbox import ERIS, Entry
from engine.storage.schema import OUTBOX
from tests.engine.house import pause

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

FIRST, SECOND = str(uuid4()), str(uuid4())


class Unsteady(Database):
    """A database that is lost the next few times something is to be written."""

    refusals = 0

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        if self.refusals:
            self.refusals -= 1
            raise StorageUnavailableError("gone")
        async with super().writing() as connection:
            yield connection

    async def waiting(self) -> list[str]:
        async with self.reading() as connection:
            return list((await connection.execute(select(OUTBOX.c.entry_id))).scalars())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Unsteady]:
    made = Unsteady(f"sqlite:///{tmp_path / 'engine.db'}", pool_min=1, pool_max=4)
    await made.prepare()
    now = datetime.now(UTC)
    async with made.writing() as connection:
        entries = [
            Entry(name, ERIS, "tenant-1", "{}", attempts=0, created_at=now) for name in (FIRST, SECOND)
        ]
        await outbox.add(connection, entries, now)
    yield made
    await made.aclose()


async def test_what_cannot_be_forgotten_yet_is_forgotten_later(database: Unsteady) -> None:
    arrivals = Arrivals(database)
    arrivals.add(FIRST)
    database.refusals = 1

    await arrivals.flush()
    kept = await database.waiting()
    arrivals.add(SECOND)
    await arrivals.flush()

    assert sorted(kept) == sorted((FIRST, SECOND))
    assert await database.waiting() == []


async def test_a_lost_database_is_asked_again(database: Unsteady) -> None:
    arrivals = Arrivals(database)
    database.refusals = 2
    work = asyncio.create_task(arrivals.run())
    arrivals.add(FIRST)

    async with asyncio.timeout(20):
        while await database.waiting() != [SECOND]:
            await pause()
    work.cancel()

    assert database.refusals == 0

"""Sections 2 and 10: a pool that is used up makes callers wait, then refuses; no half of a write is kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from engine.storage import database as database_module
from engine.storage import outbox
from engine.storage.database import Database, StorageUnavailableError
from engine.storage.outbox import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from harness.services import PostgreSQL

NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, work: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{work / uuid4().hex}.db"
    server: PostgreSQL = request.getfixturevalue("server")
    return server.create_database()


@pytest.fixture
async def small(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Return a database with two connections, for which nobody waits long."""
    monkeypatch.setattr(database_module, "POOL_WAIT_SECONDS", 0.3)
    made = Database(url, pool_min=1, pool_max=2)
    await made.prepare()
    yield made
    await made.aclose()


@pytest.fixture
def channel() -> str:
    """Return a channel of this test's own: the database is there for all of them."""
    return uuid4().hex[:16]


def entry(channel: str) -> Entry:
    return Entry(str(uuid4()), channel, "tenant-1", "{}", attempts=0, created_at=NOW)


async def waiting(database: Database, channel: str) -> list[str]:
    async with database.writing() as connection:
        return [one.entry_id for one in await outbox.claim(connection, channel, 10, LATER)]


async def test_connections_are_used_at_the_same_time(small: Database) -> None:
    async with small.reading() as one, small.reading() as two:
        assert one is not two
        assert await small.probe() is False


async def test_who_finds_none_waits_and_is_then_refused(small: Database) -> None:
    async with small.reading(), small.reading():
        with pytest.raises(StorageUnavailableError):
            async with small.reading():
                pass

    assert await small.probe()


async def test_who_waits_gets_the_next_one_that_is_given_back(small: Database) -> None:
    async with small.reading(), small.reading():
        probing = asyncio.create_task(small.probe())
        done, _ = await asyncio.wait({probing}, timeout=0.05)
        assert not done

    assert await probing


async def test_what_is_broken_off_keeps_nothing(small: Database, channel: str) -> None:
    kept, lost = entry(channel), entry(channel)
    async with small.writing() as connection:
        await outbox.add(connection, [kept], NOW)

    async def break_off() -> None:
        async with small.writing() as connection:
            await outbox.add(connection, [lost], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()

    assert await waiting(small, channel) == [kept.entry_id]


async def test_what_is_cancelled_keeps_nothing(small: Database, channel: str) -> None:
    begun = asyncio.Event()

    async def write() -> None:
        async with small.writing() as connection:
            await outbox.add(connection, [entry(channel)], NOW)
            begun.set()
            await asyncio.Event().wait()

    writing = asyncio.create_task(write())
    await begun.wait()
    writing.cancel()
    await asyncio.wait({writing})

    assert await waiting(small, channel) == []

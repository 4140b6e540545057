"""Group commit: kept before it is told, all or nothing, and nobody's mistake is another's."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from engine.background import Background
from engine.storage import outbox, together
from engine.storage.database import Database, StorageUnavailableError
from engine.storage.outbox import Entry
from engine.storage.schema import OUTBOX
from engine.storage.together import Together, Wish, merged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection


class Watched(Database):
    """Counts transactions, and lets none begin while the gate is shut or the database is gone."""

    def __init__(self, url: str) -> None:
        super().__init__(url, pool_min=1, pool_max=4)
        self.begun = 0
        self.gone = False
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        self.begun += 1
        self.asked.set()
        await self.gate.wait()
        if self.gone:
            raise StorageUnavailableError("gone")
        async with super().writing() as connection:
            yield connection


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.db'}"
    fresh: str = request.getfixturevalue("fresh")
    return fresh


@pytest.fixture
async def database(url: str) -> AsyncIterator[Watched]:
    made = Watched(url)
    await made.prepare()
    yield made
    await made.aclose()


@pytest.fixture
async def group(database: Watched) -> AsyncIterator[Together]:
    background = Background()
    yield Together(database, background)
    await background.aclose()


def entry(entry_id: str | None = None) -> Entry:
    return Entry(entry_id or str(uuid4()), "eris", "tenant-1", "{}", attempts=0, created_at=datetime.now(UTC))


async def keep(group: Together, *entries: Entry) -> None:
    async with group.writing() as connection:
        for one in entries:
            await outbox.add(connection, [one], one.created_at)


async def kept(database: Watched) -> int:
    async with database.reading() as connection:
        found: int = (await connection.execute(select(func.count()).select_from(OUTBOX))).scalar_one()
    return found


async def test_what_waits_meanwhile_is_kept_in_one_transaction(group: Together, database: Watched) -> None:
    database.gate.clear()
    first = asyncio.create_task(keep(group, entry()))
    await database.asked.wait()
    others = [asyncio.create_task(keep(group, entry(), entry())) for _ in range(10)]
    await asyncio.sleep(0)

    database.gate.set()
    await asyncio.gather(first, *others)

    assert database.begun == 2
    assert await kept(database) == 21


async def test_nobody_is_told_before_it_is_kept(group: Together, database: Watched) -> None:
    database.gate.clear()

    waiting = asyncio.create_task(keep(group, entry()))
    done, _ = await asyncio.wait({waiting}, timeout=0.1)
    assert not done
    assert await kept(database) == 0

    database.gate.set()
    await waiting
    assert await kept(database) == 1


async def test_one_who_brings_what_cannot_be_kept_fails_alone(group: Together, database: Watched) -> None:
    taken = entry()
    await keep(group, taken)

    asked = [keep(group, entry()), keep(group, entry(), entry(taken.entry_id)), keep(group, entry())]
    said = await asyncio.gather(*asked, return_exceptions=True)

    assert [type(one) for one in said] == [type(None), IntegrityError, type(None)]
    assert await kept(database) == 3


async def test_when_the_database_is_gone_all_are_told_and_the_next_are_kept(
    group: Together, database: Watched
) -> None:
    database.gone = True
    said = await asyncio.gather(*(keep(group, entry()) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in said] == [StorageUnavailableError] * 3

    database.gone = False
    await keep(group, entry())
    assert await kept(database) == 1


async def test_who_waits_too_long_to_be_looked_at_is_let_go(
    group: Together, database: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "POOL_WAIT_SECONDS", 0.05)
    database.gate.clear()
    first = asyncio.create_task(keep(group, entry()))
    await database.asked.wait()

    with pytest.raises(StorageUnavailableError):
        await keep(group, entry())

    database.gate.set()
    await first
    assert await kept(database) == 1


async def test_a_request_that_fails_while_it_says_what_to_keep_keeps_nothing(
    group: Together, database: Watched
) -> None:
    async def fail() -> None:
        async with group.writing() as connection:
            await outbox.add(connection, [entry()], datetime.now(UTC))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    await keep(group, entry())
    assert await kept(database) == 1


async def test_an_engine_that_ends_leaves_nobody_waiting(database: Watched) -> None:
    background = Background()
    group = Together(database, background)
    database.gate.clear()
    waiting = asyncio.create_task(keep(group, entry()))
    await database.asked.wait()

    await background.aclose()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_rows_of_other_members_are_inserted_apart() -> None:
    rows: list[dict[str, Any]] = [
        {"entry_id": "1"},
        {"entry_id": "2", "status": "pending"},
        {"entry_id": "3"},
    ]
    wish = Wish()
    for row in rows:
        await wish.execute(insert(OUTBOX), [row])

    assert [found for _, found in merged([wish])] == [[rows[0], rows[2]], [rows[1]]]

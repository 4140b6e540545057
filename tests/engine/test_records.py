"""Of a record there is one for each key, whoever changes it first, and whoever erases it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import delete

from engine.storage import preferences
from engine.storage.database import Database
from engine.storage.preferences import StoredPreferences
from engine.storage.schema import PREFERENCES
from engine.values.standing import Preferences

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AT_ONCE = 3
# Who is first is a matter of luck: an upsert that minds one of two unique indexes fails in 3 rounds of 100.
ROUNDS = {"postgresql": 150, "sqlite": 10}


@pytest.fixture(params=ROUNDS)
def url(request: pytest.FixtureRequest, work: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{work / uuid4().hex}.db"
    server: str = request.getfixturevalue("fresh")
    return server


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, pool_min=AT_ONCE, pool_max=AT_ONCE)
    await database.prepare()
    try:
        yield database
    finally:
        await database.aclose()


def said_nothing(actor: str) -> StoredPreferences:
    return StoredPreferences(str(uuid4()), "tenant-1", actor, Preferences(), NOW, NOW)


async def count_up(database: Database, fresh: StoredPreferences) -> str:
    """Change a record by what it was; return its id."""
    async with database.writing() as connection:
        before = await preferences.hold(connection, fresh)
        seen = (*before.wishes.preferred_surfaces, "ide")
        await preferences.put(connection, replace(before, wishes=Preferences(preferred_surfaces=seen)))
    return before.preference_id


async def test_first_changes_at_the_same_instant_make_one_record_and_all_stand(url: str) -> None:
    async with opened(url) as database:
        for number in range(ROUNDS[url.partition(":")[0]]):
            fresh = said_nothing(f"actor-{number}")

            ids = await asyncio.gather(*(count_up(database, fresh) for _ in range(AT_ONCE)))

            async with database.reading() as connection:
                kept = await preferences.find(connection, "tenant-1", fresh.actor_id)
            assert set(ids) == {fresh.preference_id}
            assert kept is not None
            assert kept.wishes.preferred_surfaces == ("ide",) * AT_ONCE


async def test_a_record_that_is_erased_before_it_is_held_is_made_anew(fresh: str) -> None:
    async with opened(fresh) as database:
        old, new = said_nothing("actor-1"), said_nothing("actor-1")
        await count_up(database, old)

        async with database.writing() as erasing:
            await erasing.execute(delete(PREFERENCES))
            changing = asyncio.create_task(count_up(database, new))
            await asyncio.wait({changing}, timeout=0.2)
            assert not changing.done()

        assert await changing == new.preference_id

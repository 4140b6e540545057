"""What an engine keeps is seen in any table of either database, and only its moments are ever moved."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg  # type: ignore[import-untyped]  # it has no types
import pytest

from harness.driving.recorder import Recorder
from harness.driving.stored import StoredData
from harness.processes import work_directory
from harness.services import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = (
    'CREATE TABLE "Odd name" (id INTEGER, note TEXT)',
    "CREATE TABLE others (id INTEGER, at TIMESTAMP, day DATE)",
    "INSERT INTO \"Odd name\" VALUES (1, 'told by actor-7 himself')",
    "INSERT INTO others VALUES (2, '2026-03-02 10:15:00', '2026-03-02')",
)


def seen(url: str | None) -> tuple[StoredData, Recorder]:
    recorder = Recorder("scenario", lambda _: None)
    return StoredData(url, recorder), recorder


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with work_directory() as directory, postgresql(directory) as server:
        yield server.create_database()


async def test_postgresql_is_looked_through_and_aged(url: str) -> None:
    connection: Any = await asyncpg.connect(url)
    for statement in TABLES:
        await connection.execute(statement)
    stored, recorder = seen(url)

    assert await stored.mentions("actor-7") == ["Odd name"]
    assert await stored.mentions("actor-8") == []
    assert await stored.words("act") == {"actor-7"}
    await stored.ages(3)

    moved = await connection.fetchrow("SELECT at, day FROM others")
    await connection.close()
    before = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
    assert moved["at"].replace(tzinfo=UTC) == before - timedelta(days=3)
    assert moved["day"] == before.date()
    assert recorder.kinds == {"storage", "time"}


async def test_sqlite_is_looked_through_and_cannot_be_aged(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "engine.db")) as connection:
        for statement in TABLES:
            connection.execute(statement)
        connection.commit()
    stored, recorder = seen(f"sqlite:///{tmp_path / 'engine.db'}")

    assert await stored.mentions("actor-7") == ["Odd name"]
    assert await stored.mentions("actor-8") == []
    assert await stored.words("act") == {"actor-7"}
    with pytest.raises(pytest.skip.Exception, match="SQLite"):
        await stored.ages(3)
    assert recorder.kinds == {"storage"}


async def test_a_database_that_is_not_ours_is_not_looked_into() -> None:
    stored, recorder = seen(None)

    with pytest.raises(pytest.skip.Exception, match="not ours"):
        await stored.mentions("actor-7")
    assert recorder.kinds == set()

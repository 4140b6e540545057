"""Section 10 (choice): the engine migrates its schema at start, whatever it finds, on both databases."""

# ruff: noqa: ANN401 -- `within` returns what the work does

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg  # type: ignore[import-untyped]  # it has no types
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text

from engine.storage import database as databases
from engine.storage import migrate as migrating
from engine.storage.database import Database
from engine.storage.migrations import HEAD
from engine.storage.schema import ACTIONS, APPROVALS, DECISIONS, METADATA
from tests.engine.house import CHECKOUT, running_engine, talking

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from harness.services import PostgreSQL
    from tests.engine.house import Place

PREPARE = """
import asyncio, sys
from engine.storage.database import Database
async def prepare():
    database = Database(sys.argv[1], pool_min=1, pool_max=2)
    await database.prepare()
    await database.aclose()
    return sorted(name for name in sys.modules if name.split(".")[0] == "alembic")
print(len(asyncio.run(prepare())))
"""
LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.db'}"
    server: PostgreSQL = request.getfixturevalue("server")
    return server.create_database()


async def within(url: str, work: Any, *, prepared: bool = True) -> Any:
    """Do some synchronous work on a connection of the engine's own making."""
    database = Database(url, pool_min=1, pool_max=2)
    try:
        if prepared:
            await database.prepare()
        async with database._engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await database.aclose()


def prepare_elsewhere(url: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-c", PREPARE, url]
    return subprocess.Popen(
        argv, cwd=CHECKOUT, env={**os.environ}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), METADATA))


def version(connection: Connection) -> str:
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def make_old_schema(connection: Connection) -> None:
    """Leave what an engine without migrations has made: the first revision, and no word of versions."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "engine.storage:migrations")
    command.upgrade(config, migrating.ADOPTED)
    connection.execute(text("DROP TABLE alembic_version"))


def fill_old_schema(connection: Connection) -> None:
    decision = {
        "decision_id": str(uuid.UUID(int=1)),
        "tenant_id": "tenant\\with\x00all",
        "actor_id": "actor-1",
        "actor_type": "human",
        "source": "ide",
        "receipt_id": str(uuid.UUID(int=2)),
        "degraded": False,
        "created_at": LONG_AGO,
    }
    connection.execute(insert(DECISIONS).values(decision))
    action = {
        "action_id": str(uuid.UUID(int=3)),
        "decision_id": decision["decision_id"],
        "tenant_id": decision["tenant_id"],
        "type": "mirror",
        "surfaces": "ide",
        "playbook_id": str(uuid.UUID(int=4)),
        "playbook_version": "1.0.0",
        "requires_consent": False,
        "requires_dual_channel": True,
    }
    connection.execute(insert(ACTIONS).values(action))


def test_the_head_is_the_last_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "engine.storage:migrations")
    revisions = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]

    assert revisions[0] == HEAD
    assert revisions == sorted(revisions, reverse=True)
    assert revisions[-1] == migrating.ADOPTED


async def test_a_migrated_database_is_what_the_engine_thinks_it_is(url: str) -> None:
    assert await within(url, differences) == []
    assert await within(url, version) == HEAD


async def test_the_comparison_sees_a_difference(url: str) -> None:
    def alter(connection: Connection) -> None:
        connection.execute(text("DROP INDEX decisions_by_actor"))
        connection.execute(text("ALTER TABLE jobs ADD COLUMN more INTEGER"))

    await within(url, alter)

    assert sorted(found[0] for found in await within(url, differences)) == ["add_index", "remove_column"]


async def test_a_database_of_the_engine_before_is_adopted_with_its_rows(url: str) -> None:
    await within(url, make_old_schema, prepared=False)
    await within(url, fill_old_schema, prepared=False)

    assert await within(url, differences) == []
    assert await within(url, version) == HEAD
    wanted = select(ACTIONS.c.created_at, ACTIONS.c.requires_dual_channel, ACTIONS.c.tenant_id)
    rows = await within(url, lambda connection: connection.execute(wanted).all())
    assert [tuple(row) for row in rows] == [(LONG_AGO, True, "tenant\\with\x00all")]


async def test_what_was_proposed_before_there_were_approvals_waits_for_its_actor(url: str) -> None:
    await within(url, make_old_schema, prepared=False)
    await within(url, fill_old_schema, prepared=False)

    (row,) = await within(url, lambda connection: connection.execute(select(APPROVALS)).all())

    assert (row.action_id, row.decision_id) == (str(uuid.UUID(int=3)), str(uuid.UUID(int=1)))
    assert (row.tenant_id, row.actor_id, row.approver_id) == ("tenant\\with\x00all", "actor-1", None)
    assert (row.status, row.created_at, row.updated_at) == ("pending", LONG_AGO, LONG_AGO)


async def test_an_engine_whose_migration_takes_long_is_alive_and_heeds_its_end(
    place: Place, empty: str
) -> None:
    connection = await asyncpg.connect(empty)
    await connection.execute("SELECT pg_advisory_lock($1)", databases._SCHEMA_LOCK)
    with running_engine(place, empty) as engine:
        async with talking(engine, place) as talk:
            asked = [(await talk.client.get(path)).status_code for path in ("/health", "/ready")]
            listed = await talk.ask("GET", "/playbooks")
        engine.process.signal(signal.SIGTERM)
        code = await asyncio.to_thread(engine.process.wait, 10.0)
    await connection.close()

    assert asked == [200, 503]
    assert listed.json()["error"]["code"] == "STORAGE_UNAVAILABLE"
    assert code == 0


async def test_a_replica_of_the_version_before_goes_on(url: str) -> None:
    await within(url, fill_old_schema)

    made = await within(url, lambda connection: connection.execute(select(ACTIONS.c.created_at)).scalar_one())

    assert abs((datetime.now(UTC) - made).total_seconds()) < 3600


async def test_a_database_of_a_version_to_come_is_left_alone(url: str) -> None:
    def newer(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await within(url, newer)

    assert await within(url, version) == "9999"


async def test_processes_that_start_at_once_all_end_well_and_the_next_need_not_load_alembic(url: str) -> None:
    started = [prepare_elsewhere(url) for _ in range(2)]
    ended = [await asyncio.to_thread(process.communicate, timeout=60) for process in started]

    assert [process.returncode for process in started] == [0, 0], [err for _, err in ended]
    assert max(int(out) for out, _ in ended) > 0
    out, _ = await asyncio.to_thread(prepare_elsewhere(url).communicate, timeout=60)
    assert int(out) == 0
    assert await within(url, differences) == []


async def test_many_that_prepare_at_the_same_instant_make_one_schema(url: str) -> None:
    databases = [Database(url, pool_min=1, pool_max=2) for _ in range(5)]

    await asyncio.gather(*(database.prepare() for database in databases))

    for database in databases:
        await database.aclose()
    assert await within(url, differences) == []


async def test_what_fails_half_way_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_config: object, _revision: str) -> None:
        raise KeyboardInterrupt

    await within(url, make_old_schema, prepared=False)
    with monkeypatch.context() as patch:
        patch.setattr("alembic.command.upgrade", crash)
        with pytest.raises(KeyboardInterrupt):
            await within(url, differences)

    assert await within(url, lambda one: inspect(one).has_table(migrating.VERSIONS), prepared=False) is False
    assert await within(url, version) == HEAD

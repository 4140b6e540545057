from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from engine.storage.database import Database
from harness.processes import work_directory
from harness.services import fakes, postgresql, valkey
from tests.engine.house import Engine, Place, Talk, running_engine, talking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from harness.services import PostgreSQL


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    with work_directory() as directory:
        yield directory


@pytest.fixture(scope="session")
def server(work: Path) -> Iterator[PostgreSQL]:
    with postgresql(work) as running:
        yield running


@pytest.fixture(scope="session")
def place(work: Path) -> Iterator[Place]:
    with fakes(work, work / "fakes") as urls, valkey(work, work / "valkey") as redis:
        made = Place(urls, redis, work)
        register_key(made)
        yield made


def register_key(place: Place) -> None:
    order = {"public_key": place.public_key, "status": "active"}
    httpx.put(
        f"{place.fakes['eris']}/__fake__/keys/{place.kid}", json=order, trust_env=False
    ).raise_for_status()


@pytest.fixture(scope="session")
def schema(server: PostgreSQL) -> str:
    """Return the name of a database with the schema of today: to copy it is faster than to migrate anew."""
    name = "schema_of_today"
    asyncio.run(prepare(server.create_database(name)))
    return name


async def prepare(url: str) -> None:
    database = Database(url, pool_min=1, pool_max=1)
    await database.prepare()
    await database.aclose()


@pytest.fixture
def fresh(server: PostgreSQL, schema: str) -> str:
    """Return a database on the real server with the schema of today and nothing in it."""
    return server.create_database(like=schema)


@pytest.fixture
def empty(server: PostgreSQL) -> str:
    """Return a database on the real server without a schema."""
    return server.create_database()


@pytest.fixture(scope="session")
def engine(place: Place, server: PostgreSQL) -> Iterator[Engine]:
    """Return the engine that the tests share which change nothing for others."""
    with running_engine(place, server.create_database()) as running:
        yield running


@pytest.fixture(scope="module")
def replica(engine: Engine, place: Place) -> Iterator[Engine]:
    """Return a second engine on the shared one's database."""
    with running_engine(place, engine.database) as running:
        yield running


@pytest.fixture(scope="session")
def light_engine(place: Place, work: Path) -> Iterator[Engine]:
    """Return a shared engine on SQLite."""
    with running_engine(place, f"sqlite:///{work / uuid4().hex}.db") as running:
        yield running


@pytest.fixture(params=["postgresql", "sqlite"])
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """Return an engine on either database, started outside any event loop: starting one runs its own."""
    made: Engine = request.getfixturevalue("engine" if request.param == "postgresql" else "light_engine")
    return made


@pytest.fixture
async def any_talk(any_engine: Engine, place: Place) -> AsyncIterator[Talk]:
    """Talk to an engine on either database: what is asked here depends on storage."""
    async with talking(any_engine, place) as one:
        yield one


@pytest.fixture
async def talk(engine: Engine, place: Place) -> AsyncIterator[Talk]:
    async with talking(engine, place) as one:
        yield one

"""What an engine process is made of: it starts whatever the database does, and its jobs outlive a crash."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from engine.observe.metrics import Metrics
from engine.retention.job import RetentionJob
from engine.services import Services, build_services
from engine.settings import load_settings
from engine.storage.database import Database, StorageUnavailableError
from tests.engine.house import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.house import Place


@pytest.fixture
def services(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    for name, text in place.environment(f"sqlite:///{tmp_path}/engine.db").items():
        monkeypatch.setenv(name, text)
    return build_services(load_settings())


async def test_a_long_migration_keeps_nobody_from_starting(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, migrated, asked = Database.prepare, asyncio.Event(), 0

    async def prepare(database: Database) -> None:
        nonlocal asked
        asked += 1
        await migrated.wait()
        await whole(database)

    monkeypatch.setattr(Database, "prepare", prepare)
    monkeypatch.setattr("engine.services.START_SECONDS", 0.01)
    async with asyncio.timeout(20), services.running():
        assert not await services.database.probe()
        migrated.set()
        assert await eventually(lambda: ready(services), 1) == [True]

    assert asked == 1


async def ready(services: Services) -> list[bool]:
    return [True] * await services.database.probe()


async def test_a_long_migration_keeps_nobody_from_ending(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    async def prepare(_database: Database) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("rolled back")

    monkeypatch.setattr(Database, "prepare", prepare)
    monkeypatch.setattr("engine.services.START_SECONDS", 0.01)
    async with asyncio.timeout(20), services.running():
        assert ended == []

    assert ended == ["rolled back"]


async def test_a_migration_that_fails_late_is_tried_again(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, failing, reasons = Database.prepare, asyncio.Event(), [StorageUnavailableError, RuntimeError]

    async def prepare(database: Database) -> None:
        await failing.wait()
        if reasons:
            raise reasons.pop()
        await whole(database)

    monkeypatch.setattr(Database, "prepare", prepare)
    for name in ("services.START_SECONDS", "services.PREPARE_AGAIN_SECONDS", "background.AGAIN_SECONDS"):
        monkeypatch.setattr(f"engine.{name}", 0.01)
    async with asyncio.timeout(20), services.running():
        failing.set()
        assert await eventually(lambda: ready(services), 1) == [True]

    assert reasons == []


@pytest.mark.parametrize("job", [RetentionJob, Metrics])
async def test_a_job_that_crashed_is_begun_again(
    services: Services, monkeypatch: pytest.MonkeyPatch, job: type[RetentionJob | Metrics]
) -> None:
    begun, again = 0, asyncio.Event()

    async def crash_once(_job: RetentionJob | Metrics) -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise RuntimeError("once")
        again.set()

    monkeypatch.setattr(job, "run", crash_once)
    monkeypatch.setattr("engine.background.AGAIN_SECONDS", 0.01)
    async with asyncio.timeout(20), services.running():
        await again.wait()

    assert begun == 2

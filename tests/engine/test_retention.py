"""Section 8: what is older than governance allows is deleted, by one replica, and nothing else is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from engine.dependencies.errors import RefusedError, UnavailableError
from engine.dependencies.governance import Retention
from engine.retention import job as module
from engine.retention.job import RetentionJob, too_old
from engine.storage import jobs, retention
from engine.storage.schema import DECISIONS, JOBS, OUTCOMES
from tests.engine.house import eventually, running_engine, talking
from tests.engine.rows import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from tests.engine.house import Place
    from tests.engine.rows import Rows

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
CONFIG = "GET /v1/data-governance/tenants/{tenant_id}/config"


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.db'}"
    made: str = request.getfixturevalue("fresh")
    return made


@pytest.fixture
async def rows(url: str) -> AsyncIterator[Rows]:
    async with opened(url) as some:
        yield some


class Told:
    """Governance, as far as the job knows it."""

    def __init__(self, answers: Mapping[str, Retention | Exception] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[str] = []

    async def retention(self, tenant_id: str) -> Retention:
        self.asked.append(tenant_id)
        answer = self.answers.get(tenant_id, Retention())
        if isinstance(answer, Exception):
            raise answer
        return answer


def job(rows: Rows, told: Told | None = None, seconds: float = 86_400.0) -> RetentionJob:
    return RetentionJob(rows.database, told or Told(), seconds)  # type: ignore[arg-type]  # all it needs


def days(number: float) -> datetime:
    return NOW - timedelta(days=number)


async def test_what_is_too_old_goes_with_all_that_belongs_to_it(rows: Rows) -> None:
    for age in (89, 91, 364, 366):
        await rows.decision("tenant-1", days(age))

    await job(rows)._do_if_due()

    kept = await rows.kept("tenant-1")
    assert kept == {"decisions": 1, "actions": 1, "approvals": 1, "outcomes": 3}


async def test_each_tenant_has_its_own_periods_and_a_legal_hold_keeps_everything(rows: Rows) -> None:
    told = Told(
        {"a": Retention(10, 20), "b": Retention(1, 1, legal_hold=True), "c": Retention(10**15, 10**15)}
    )
    for tenant in ("a", "b", "c", "d\x00\\"):
        for age in (9, 11, 21, 400):
            await rows.decision(tenant, days(age))

    await job(rows, told)._do_if_due()

    found = {tenant: await rows.kept(tenant) for tenant in ("a", "b", "c", "d\x00\\")}
    assert [one["decisions"] for one in found.values()] == [1, 4, 4, 3]
    assert [one["outcomes"] for one in found.values()] == [2, 4, 4, 3]


@pytest.mark.parametrize(
    "why", [UnavailableError("governance", "away"), RefusedError("governance", 401, None)]
)
async def test_where_a_legal_hold_is_not_known_nothing_is_deleted(rows: Rows, why: Exception) -> None:
    for tenant in ("a", "b", "c"):
        await rows.decision(tenant, days(400))

    await job(rows, Told({"b": why}))._do_if_due()

    assert [(await rows.kept(tenant))["decisions"] for tenant in ("a", "b", "c")] == [0, 1, 0]
    (kept,) = await rows.all(JOBS)
    assert kept.due_at < datetime.now(UTC) + timedelta(hours=1, minutes=1)


async def test_it_is_done_once_a_day_and_asks_only_about_what_may_be_old(rows: Rows) -> None:
    await rows.decision("old", days(2))
    await rows.decision("young", days(0.5))
    told = Told()

    for _ in range(2):
        await job(rows, told)._do_if_due()

    assert told.asked == ["old", "old"]  # once for decisions, once for outcomes
    (kept,) = await rows.all(JOBS)
    assert abs(kept.due_at - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=1)


async def test_a_shorter_interval_holds_from_the_next_start(rows: Rows) -> None:
    await job(rows)._do_if_due()
    await rows.decision("tenant-1", days(400))
    left = []

    for seconds in (86_400.0, 3_600.0):
        await job(rows, seconds=seconds)._do_if_due()
        left.append((await rows.kept("tenant-1"))["decisions"])

    assert left == [1, 0]


class HeldMeanwhile(Told):
    """Governance that knows of a legal hold from the second question on."""

    async def retention(self, tenant_id: str) -> Retention:
        self.asked.append(tenant_id)
        return Retention(legal_hold=len(self.asked) > 1)


async def test_a_legal_hold_that_comes_meanwhile_keeps_the_rest(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(module, "BATCHES", 2)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    for age in range(400, 407):
        await rows.decision("tenant-1", days(age))

    await job(rows, HeldMeanwhile())._do_if_due()

    assert (await rows.kept("tenant-1"))["decisions"] == 3


async def test_of_many_replicas_one_does_it(rows: Rows) -> None:
    for _ in range(3):
        await rows.decision("tenant-1", days(400))
    told = Told()

    await asyncio.gather(*(job(rows, told)._do_if_due() for _ in range(4)))

    assert told.asked == ["tenant-1"] * 2
    assert (await rows.kept("tenant-1"))["decisions"] == 0


async def test_a_batch_is_no_larger_than_it_may_be(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    for age in (400, 401, 402, 403, 404):
        await rows.decision("tenant-1", days(age))

    async with rows.database.writing() as connection:
        assert await retention.delete_batch(connection, DECISIONS, "tenant-1", days(90)) == 2
    left = sorted(row.created_at for row in await rows.all(DECISIONS))
    assert left == [days(402), days(401), days(400)]

    await job(rows)._do_if_due()
    assert (await rows.kept("tenant-1")) == {"decisions": 0, "actions": 0, "approvals": 0, "outcomes": 0}


async def test_who_was_taken_over_stops(rows: Rows) -> None:
    await rows.decision("tenant-1", days(400))
    paused = job(rows)
    async with rows.database.writing() as connection:
        assert await jobs.claim(connection, module.NAME, paused._holder, NOW, DAY)
        assert await jobs.claim(connection, module.NAME, str(uuid4()), NOW + 2 * jobs.LEASE, DAY)

    with pytest.raises(module.TakenOverError):
        await paused._delete(DECISIONS, "tenant-1", days(90))

    assert (await rows.kept("tenant-1"))["decisions"] == 1


async def test_the_lease_of_a_killed_replica_ends_and_the_rest_is_done(rows: Rows) -> None:
    await rows.decision("tenant-1", days(400))
    async with rows.database.writing() as connection:
        assert await jobs.claim(connection, module.NAME, str(uuid4()), datetime.now(UTC), DAY)

    await job(rows)._do_if_due()
    assert (await rows.kept("tenant-1"))["decisions"] == 1

    async with rows.database.writing() as connection:
        await connection.execute(JOBS.update().values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
    await job(rows)._do_if_due()
    assert (await rows.kept("tenant-1"))["decisions"] == 0


def test_periods_are_counted_from_now() -> None:
    told = Retention(decisions=7, outcomes=30)

    assert [too_old(table, told, NOW) for table in (DECISIONS, OUTCOMES)] == [days(7), days(30)]


async def test_an_engine_forgets_what_governance_says_while_it_works(place: Place, url: str) -> None:
    tenants: dict[str, Any] = {}
    async with opened(url) as rows:
        for name, age in (("default", 80), ("default", 91), ("short", 80), ("held", 80)):
            tenant = tenants.setdefault(name, f"tenant-{uuid4().hex}")
            await rows.decision(tenant, days(age))
    with running_engine(place, url, MMM_RETENTION_INTERVAL_SECONDS="0.2") as engine:
        async with talking(engine, place) as talk, opened(url) as rows:
            governance = talk.fake("governance")
            config = {
                "quiet_hours": {"start": 0, "end": 0},
                "retention_days": {"decisions": 30, "outcomes": 79},
                "legal_hold": False,
                "data_residency": "eu",
                "privacy_tags": [],
            }
            scripts = [
                await governance.script(
                    CONFIG, reply={"status": 200, "body": {**config, **more}}, match={"tenant": tenants[who]}
                )
                for who, more in (("short", {}), ("held", {"legal_hold": True}))
            ]
            decided = await talk.decided()

            async def gone() -> list[int]:
                found = [await rows.kept(tenants[name]) for name in ("default", "short")]
                done = found[0]["decisions"] == 1 and not any(found[1].values())
                return [1] if done else []

            assert await eventually(gone, 1) == [1]
            assert (await rows.kept(tenants["held"]))["decisions"] == 1
            assert await rows.count(DECISIONS, DECISIONS.c.decision_id == decided["decision_id"]) == 1
            for script in scripts:
                await governance.heal(script)

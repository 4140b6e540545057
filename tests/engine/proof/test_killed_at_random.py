"""Section 7: an engine killed, or cut off from its database, at any moment loses and doubles nothing.

What was answered is in the database; what is in the database has exactly one receipt in ERIS; ERIS has no
other. `--repetitions` says how often: the session `engine-proof` kills 50 times on PostgreSQL and 20 times on
SQLite. `--fuzz-seed` says where chance begins.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped]  # it has no types
import httpx
import pytest
from sqlalchemy import func, select

from engine.storage import outbox
from engine.storage.database import Database
from engine.storage.schema import DECISIONS, OUTBOX
from tests.engine.house import action, eventually, pause, running_engine, talking

if TYPE_CHECKING:
    from pathlib import Path

    from harness.services import PostgreSQL
    from tests.engine.house import Place, Talk

WORKERS = 4
STORE = "POST /v1/evidence/receipts"
FAULTS = ({"kind": "status", "status": 503}, {"kind": "reset"}, {"kind": "processed_but_no_answer"})


@dataclass(slots=True)
class Story:
    """One tenant's life over many engines: `answered` are the decisions that a caller knows of."""

    tenant: str
    random: Random
    answered: set[str] = field(default_factory=set)
    over: bool = False


@pytest.fixture(params=["postgresql", "sqlite"])
def database(request: pytest.FixtureRequest, work: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{work / uuid4().hex}.db"
    made: str = request.getfixturevalue("fresh")
    return made


async def ask(talk: Talk, story: Story) -> None:
    """Ask until the engine is gone or the story over; what it could not do in time it refused."""
    with contextlib.suppress(httpx.HTTPError):
        while not story.over:
            reply = await talk.decide(sub=f"actor-{story.random.randrange(10)}")
            assert reply.status_code in {200, 503}, reply.text
            if reply.status_code == 200:
                story.answered.add(reply.json()["decision"]["decision_id"])


async def come_and_go(talk: Talk, story: Story) -> None:
    """Let ERIS fail in one way, be well for a while, fail in another; the last failure ends by itself."""
    while True:
        fault, seconds = story.random.choice(FAULTS), story.random.uniform(0.01, 0.2)
        await talk.eris.script(STORE, match={"tenant": story.tenant}, fault=fault, seconds=seconds)
        await asyncio.sleep(seconds + story.random.uniform(0.0, 0.1))


async def killed_under_load(place: Place, database: str, story: Story) -> None:
    """Start an engine, load it, and kill it at some moment after its first answer."""
    known = len(story.answered)
    with running_engine(place, database) as engine:
        async with talking(engine, place) as talk:
            talk.tenant = story.tenant
            if not known:
                await talk.publish(action("mirror", surfaces=["ide", "alert"]))
            async with asyncio.TaskGroup() as group:
                asking = [group.create_task(ask(talk, story)) for _ in range(WORKERS)]
                coming = group.create_task(come_and_go(talk, story))
                await until_more_than(story.answered, known)
                await asyncio.sleep(story.random.uniform(0.0, 0.5))
                engine.process.signal(signal.SIGKILL)
                await asyncio.wait(asking)
                coming.cancel()


async def until_more_than(found: set[str], count: int) -> None:
    async with asyncio.timeout(20):
        while len(found) <= count:
            await pause()


async def recovered(place: Place, database: str, tenant: str) -> tuple[list[str], list[str]]:
    """Start a last engine, and return what has become of everything."""
    with running_engine(place, database) as engine:
        async with talking(engine, place) as talk:
            talk.tenant = tenant
            return await settled(talk)


async def settled(talk: Talk) -> tuple[list[str], list[str]]:
    """Wait until nothing waits; return the decisions that are stored, and those that ERIS has receipts of."""
    kept = Database(talk.engine.database, pool_min=1, pool_max=1)
    await kept.prepare()
    await eventually(lambda: nothing_waits(kept), 1)
    stored = await stored_decisions(kept, talk.tenant)
    await kept.aclose()
    receipts = await talk.receipts(len(stored), "decision")
    return stored, [one["inputs"]["decision_id"] for one in receipts]


async def nothing_waits(kept: Database) -> list[str]:
    async with kept.reading() as connection:
        pending = select(func.count()).where(OUTBOX.c.status == outbox.PENDING)
        return [] if (await connection.execute(pending)).scalar() else ["nothing"]


async def stored_decisions(kept: Database, tenant: str) -> list[str]:
    async with kept.reading() as connection:
        return list(
            await connection.scalars(select(DECISIONS.c.decision_id).where(DECISIONS.c.tenant_id == tenant))
        )


async def test_what_was_answered_has_one_receipt_and_nothing_else_has(
    place: Place, database: str, pytestconfig: pytest.Config
) -> None:
    repetitions, seed = pytestconfig.getoption("repetitions"), pytestconfig.getoption("fuzz_seed")
    moments = max(1, repetitions // (10 if database.startswith("sqlite") else 4))
    story = Story(f"tenant-{uuid4().hex[:12]}", Random(seed))

    for _ in range(moments):
        await killed_under_load(place, database, story)
    stored, told = await recovered(place, database, story.tenant)

    print(f"seed {seed}: {moments} kills, {len(story.answered)} answered, {len(stored)} stored")  # noqa: T201 -- the proof's figures
    assert_nothing_lost_or_doubled(story, stored, told)


def assert_nothing_lost_or_doubled(story: Story, stored: list[str], told: list[str]) -> None:
    assert story.answered <= set(stored)
    assert [one for one, times in Counter(told).items() if times > 1] == []
    assert sorted(told) == sorted(stored)


async def end_sessions(server: PostgreSQL, database: str, story: Story, times: int) -> None:
    """End every session of the database, at so many moments."""
    admin = await asyncpg.connect(server.admin_url)
    name = database.rpartition("/")[2]
    for _ in range(times):
        await asyncio.sleep(story.random.uniform(0.0, 0.3))
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await admin.close()


async def test_a_database_that_hangs_up_at_any_moment_leaves_nothing_half_written(
    place: Place, server: PostgreSQL, fresh: str, pytestconfig: pytest.Config
) -> None:
    repetitions, seed = pytestconfig.getoption("repetitions"), pytestconfig.getoption("fuzz_seed")
    story = Story(f"tenant-{uuid4().hex[:12]}", Random(seed))
    with running_engine(place, fresh) as engine:
        async with talking(engine, place) as talk:
            talk.tenant = story.tenant
            await talk.publish(action("mirror", surfaces=["ide", "alert"]))
            asking = [asyncio.create_task(ask(talk, story)) for _ in range(WORKERS)]
            await end_sessions(server, fresh, story, repetitions)
            await until_more_than(story.answered, len(story.answered))
            unfit = [task for task in asking if task.done()]
            story.over = True
            await asyncio.gather(*asking)
            stored, told = await settled(talk)

    print(f"seed {seed}: {repetitions} losses, {len(story.answered)} answered, {len(stored)} stored")  # noqa: T201 -- the proof's figures
    assert unfit == []
    assert_nothing_lost_or_doubled(story, stored, told)

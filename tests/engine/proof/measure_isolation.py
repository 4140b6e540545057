"""Section 2: no dependency, however slow, blocks other requests. Measured, so it wants a quiet machine.

Rule: a sickness that nobody caught measures nothing, so each is shown to have been felt.
Not among the tests (its name is not theirs): the session `engine-isolation` runs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from statistics import quantiles
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from harness.services import valkey
from tests.engine.house import action, running_engine, talking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from tests.engine.house import Place, Talk

HEALTH_P99_SECONDS = 0.050
DECIDE_P95_SECONDS = 0.150  # section 10, for an actor in an IDE
SECONDS = 10.0
HEALTHS_PER_SECOND = 50
DECIDES_PER_SECOND = 10
SICK_CALLERS = 8
SICK_PAUSE_SECONDS = 1.0  # what is measured is waiting, not a machine that is busy
SETTINGS = {
    "MMM_POLICY_CACHE_SECONDS": "60",
    "MMM_SIGNALS_CACHE_SECONDS": "30",
    "MMM_TIMEOUT_POLICY_SECONDS": "0.5",
    "MMM_TIMEOUT_UBI_SECONDS": "1.0",
    "MMM_TIMEOUT_REDIS_SECONDS": "0.25",
    "MMM_BREAKER_FAILURES": "1000000",  # an open circuit would hide the sickness from us
}
EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"


@asynccontextmanager
async def frozen_redis(sick: Talk, redis: str) -> AsyncIterator[None]:
    """Stop the server's process for a while: it takes connections and says nothing, and nothing is shown."""
    async with Redis.from_url(redis) as asked:
        process_id = (await asked.info("server"))["process_id"]
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
        felt = await sick.decided(roles=["ci_bot"])
    finally:
        os.kill(process_id, signal.SIGCONT)
    assert (felt["actions"], felt["degraded_mode"]) == ([], True)


def faulty(
    name: str, operation: str | None, fault: dict[str, Any]
) -> Callable[[Talk, str], AbstractAsyncContextManager[None]]:
    """Return a sickness of one dependency, which only the sick tenant's calls feel."""

    @asynccontextmanager
    async def sickness(sick: Talk, _redis: str) -> AsyncIterator[None]:
        script = await sick.fake(name).script(operation, match={"tenant": sick.tenant}, fault=fault)
        yield
        assert (await sick.fake(name).heal(script)).hits >= SICK_CALLERS

    return sickness


SICKNESSES = {
    "frozen-redis": frozen_redis,
    "hung-alerting": faulty("alerting", None, {"kind": "never_answer"}),
    "slow-ubi": faulty("ubi", None, {"kind": "delay", "seconds": 0.9}),
    "dripping-policy": faulty("policy", EVALUATE, {"kind": "slow_body", "bytes_per_second": 50.0}),
}


# What the sick callers hear: who is not known to policy is told so, and the others have an answer.
HEARD = dict.fromkeys(SICKNESSES, 200) | {"dripping-policy": 503}


@dataclass(frozen=True, slots=True)
class Latency:
    """How long calls took, in seconds."""

    p50: float
    p95: float
    p99: float

    def __str__(self) -> str:
        return "/".join(f"{1000 * one:.0f}" for one in (self.p50, self.p95, self.p99))


async def measured(call: Callable[[], Awaitable[Any]], per_second: int) -> Latency:
    """Call at a steady pace, whatever became of the call before; return how long the calls took."""
    loop = asyncio.get_running_loop()

    async def one() -> float:
        started = loop.time()
        await call()
        return loop.time() - started

    calls = []
    for _ in range(int(SECONDS * per_second)):
        calls.append(asyncio.create_task(one()))
        await asyncio.sleep(1 / per_second)
    cuts = quantiles(await asyncio.gather(*calls), n=100)
    return Latency(cuts[49], cuts[94], cuts[98])


@pytest.fixture
def redis(work: Path) -> Iterator[str]:
    """Return a server of this test's own: it may be frozen."""
    with valkey(work, work / uuid4().hex) as url:
        yield url


async def keep_asking(sick: Talk, actors: Iterator[int], beginning: float, told: list[int]) -> None:
    """Ask as a new actor each time, so that nothing is remembered; how long it takes is not measured."""
    await asyncio.sleep(beginning)  # each at its own time: all at once would be a load
    while True:
        body = {"actor_id": f"actor-{next(actors)}", "context": {"repo_id": f"repo-{next(actors)}"}}
        told.append((await sick.decide(body, roles=["ci_bot"])).status_code)
        await asyncio.sleep(SICK_PAUSE_SECONDS)


@pytest.mark.parametrize("sickness", SICKNESSES)
async def test_a_sick_dependency_leaves_others_alone(
    place: Place, fresh: str, redis: str, sickness: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_engine(place, fresh, **SETTINGS, REDIS_URL=redis) as engine:
        async with talking(engine, place) as sick, talking(engine, place) as well:
            await sick.publish(action("mirror", surfaces=["alert"]))
            await sick.token()
            await well.decided()
            before = await measured(well.decided, DECIDES_PER_SECOND)
            async with SICKNESSES[sickness](sick, redis):
                actors, told = count(), list[int]()
                beginnings = (SICK_PAUSE_SECONDS * number / SICK_CALLERS for number in range(SICK_CALLERS))
                crowd = [asyncio.create_task(keep_asking(sick, actors, one, told)) for one in beginnings]
                health, decide = await asyncio.gather(
                    measured(lambda: sick.client.get("/health"), HEALTHS_PER_SECOND),
                    measured(well.decided, DECIDES_PER_SECOND),
                )
                alive = [not task.done() for task in crowd]
                for task in crowd:
                    task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.gather(*crowd)

    with capsys.disabled():
        print(f"\n{sickness}: p50/p95/p99 in ms: /health {health}, decide {decide}, decide before {before}")  # noqa: T201 -- figures
    assert all(alive)
    assert len(told) >= SICK_CALLERS
    assert set(told) == {HEARD[sickness]}
    assert health.p99 < HEALTH_P99_SECONDS
    assert decide.p95 < DECIDE_P95_SECONDS

"""Readiness tells that the database or Redis is gone, and what it tells is soon true again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario import (
    EngineClient,
    Given,
    People,
    Reply,
    Storage,
    each_answered,
    eventually,
    own_world,
    requirement,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# How soon an engine tries again what it has lost is its choice, and so is how long it remembers being ready.
BACK_WITHIN = 20.0


# What an engine's own circuit to its storage is after such a loss, it may tell as well: it tries again soon.
@requirement("NFR-6")
@own_world(breaker_recovery_seconds=1)
async def test_readiness_tells_that_storage_is_gone_and_health_goes_on(
    engine: EngineClient, people: People, given: Given, database: Storage, redis: Storage
) -> None:
    """Without the database `/ready` is soon 503, and names it as it names Redis; `/health` still answers.

    No other answer than 200 and 503 ever comes of either. Whether an engine that goes on without Redis is
    ready is its choice, and so is what it names them.
    """
    await given.published_playbook()

    alive = []
    await database.goes_down()
    await engine.decide(people.another_developer())
    gone = await soon_named(engine, lambda reply: reply.status == 503)
    assert gone
    alive.append(await engine.public("health"))
    await database.heals()
    assert await soon_ready(engine)
    await redis.goes_down()
    await engine.decide(people.another_developer())
    assert await soon_named(engine, lambda reply: bool(set(unavailable(reply)) - set(gone)))
    alive.append(await engine.public("health"))
    await redis.heals()
    assert await soon_ready(engine)

    each_answered(alive, (200, 503))


async def soon_named(engine: EngineClient, fits: Callable[[Reply], bool]) -> list[str]:
    """Return what `/ready` soon names twice, in answers that fit; nothing if it does not."""

    async def named() -> list[str]:
        first, second = await ready_twice(engine)
        same = unavailable(first) == unavailable(second)
        return unavailable(first) if same and fits(first) and fits(second) else []

    found: list[str] = await eventually(named, BACK_WITHIN)
    return found


async def soon_ready(engine: EngineClient) -> bool:
    """Tell whether `/ready` soon says twice that it is, and names nothing."""

    async def ready() -> bool:
        return all(reply.status == 200 and not unavailable(reply) for reply in await ready_twice(engine))

    return bool(await eventually(ready, BACK_WITHIN))


async def ready_twice(engine: EngineClient) -> list[Reply]:
    """Ask `/ready` twice: no other answer than 200 and 503 ever comes."""
    asked = [await engine.public("ready") for _ in range(2)]
    each_answered(asked, (200, 503))
    return asked


def unavailable(reply: Reply) -> list[str]:
    """Return what is told to be away."""
    return sorted(reply.object.strings("unavailable_dependencies"))

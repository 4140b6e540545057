"""5.5, on real Valkey: windows roll, limits hold, whoever asks at once."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from engine.dependencies.breaker import Breaker, State
from engine.dependencies.errors import UnavailableError
from engine.fatigue.quota import actor_key, playbook_key, repo_key
from engine.fatigue.store import MAX_CONNECTIONS, FatigueStore
from engine.values.playbook import Limits
from engine.values.standing import Quotas
from harness.services import valkey
from tests.engine.samples import action, facts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engine.values.action import Action
    from engine.values.surroundings import Facts
    from tests.engine.house import Place

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NOON = 1_800_000_000_000
PLENTY = Quotas(max_actions_per_hour=1000, max_actions_per_day=1000)


@pytest.fixture
async def store(place: Place) -> AsyncIterator[FatigueStore]:
    made = FatigueStore(place.redis, 5.0, Breaker("redis", 5, 60.0))
    yield made
    await made.aclose()


@pytest.fixture
def here() -> Facts:
    return facts(tenant_id=f"t-{uuid4().hex}", repo_id="repo-1")


def actions(count: int, **more: object) -> tuple[Action, ...]:
    return tuple(action(number=uuid4().int, **more) for _ in range(count))


async def spent(
    store: FatigueStore, here: Facts, wanted: tuple[Action, ...], quotas: Quotas, at: int = NOON
) -> list[int]:
    kept = await store.spend(here, wanted, quotas, at)
    return [wanted.index(one) for one in kept]


async def test_the_hour_rolls(store: FatigueStore, here: Facts) -> None:
    quotas = Quotas(max_actions_per_hour=2, max_actions_per_day=10)

    assert await spent(store, here, actions(3), quotas) == [0, 1]
    assert await spent(store, here, actions(1), quotas, NOON + HOUR - 1) == []
    assert await spent(store, here, actions(3), quotas, NOON + HOUR) == [0, 1]


async def test_the_day_rolls_over_all_types(store: FatigueStore, here: Facts) -> None:
    quotas = Quotas(max_actions_per_hour=10, max_actions_per_day=3)
    mixed = (*actions(1), *actions(1, type_="mentor"), *actions(1, type_="multiplier"), *actions(1))

    assert await spent(store, here, mixed, quotas) == [0, 1, 2]
    assert await spent(store, here, mixed, quotas, NOON + DAY - 1) == []
    assert await spent(store, here, mixed, quotas, NOON + DAY) == [0, 1, 2]


@pytest.mark.parametrize("quotas", [Quotas(0, 10), Quotas(10, 0)])
async def test_zero_means_none(store: FatigueStore, here: Facts, quotas: Quotas) -> None:
    assert await spent(store, here, actions(2), quotas) == []


async def test_cool_down_is_per_playbook_and_ends_at_its_edge(store: FatigueStore, here: Facts) -> None:
    cooling = actions(1, limits=Limits(cooldown_minutes=30))
    other = actions(1, playbook_id=str(uuid4()), limits=Limits(cooldown_minutes=30))

    assert await spent(store, here, cooling * 1, PLENTY) == [0]
    assert await spent(store, here, (*cooling, *other), PLENTY, NOON + 30 * MINUTE - 1) == [1]
    assert await spent(store, here, (*cooling, *other), PLENTY, NOON + 30 * MINUTE) == [0]


async def test_a_cool_down_outlives_the_day(store: FatigueStore, here: Facts) -> None:
    cooling = actions(1, limits=Limits(cooldown_minutes=3 * 24 * 60))

    assert await spent(store, here, cooling, PLENTY) == [0]
    assert await spent(store, here, cooling, PLENTY, NOON + 2 * DAY) == []
    assert await spent(store, here, cooling, PLENTY, NOON + 3 * DAY) == [0]


async def test_actions_of_one_firing_do_not_cool_each_other(store: FatigueStore, here: Facts) -> None:
    assert await spent(store, here, actions(3, limits=Limits(cooldown_minutes=30)), PLENTY) == [0, 1, 2]


async def test_playbook_limits_count_per_actor_and_per_repository(store: FatigueStore, here: Facts) -> None:
    per_actor = actions(3, limits=Limits(max_per_actor_per_day=2))
    per_repo = actions(3, playbook_id=str(uuid4()), limits=Limits(max_per_repo_per_day=1))

    assert await spent(store, here, per_actor + per_repo, PLENTY) == [0, 1, 3]


async def test_what_does_not_fit_spends_nothing(store: FatigueStore, here: Facts) -> None:
    none = actions(5, limits=Limits(max_per_actor_per_day=0))

    assert await spent(store, here, none, Quotas(3, 10)) == []
    assert await spent(store, here, actions(3), Quotas(3, 10)) == [0, 1, 2]


async def test_other_actors_and_tenants_have_quotas_of_their_own(store: FatigueStore, here: Facts) -> None:
    quotas = Quotas(1, 1)
    others = [
        here,
        facts(tenant_id=here.tenant_id, actor_id="a:b"),
        facts(tenant_id=here.tenant_id + ":a", actor_id="b"),
        facts(tenant_id=here.tenant_id, actor_id="a%3Ab"),
    ]

    assert [await spent(store, one, actions(1), quotas) for one in others] == [[0]] * 4
    assert [await spent(store, one, actions(1), quotas) for one in others] == [[]] * 4


async def test_nobody_exceeds_a_quota_by_asking_at_once(place: Place, here: Facts) -> None:
    stores = [FatigueStore(place.redis, 10.0, Breaker("redis", 5, 60.0)) for _ in range(4)]

    kept = await asyncio.gather(*(one.spend(here, actions(2), Quotas(7, 10), NOON) for one in stores * 10))

    assert sum(map(len, kept)) == 7
    for one in stores:
        await one.aclose()


async def test_more_callers_than_connections_wait_for_one(place: Place, here: Facts) -> None:
    breaker = Breaker("redis", 5, 60.0)
    store = FatigueStore(place.redis, 10.0, breaker)
    crowd = [facts(tenant_id=here.tenant_id, actor_id=str(number)) for number in range(2 * MAX_CONNECTIONS)]

    kept = await asyncio.gather(*(store.spend(one, actions(1), Quotas(1, 1), NOON) for one in crowd))

    assert [len(some) for some in kept] == [1] * len(crowd)
    assert breaker.state is State.CLOSED
    await store.aclose()


async def test_keys_end_after_a_day(store: FatigueStore, here: Facts, place: Place) -> None:
    await store.spend(here, actions(1), PLENTY, NOON)

    redis = Redis.from_url(place.redis)
    keys = [actor_key(here, "mirror"), playbook_key(here, actions(1)[0].playbook_id)]
    remaining = [await redis.pttl(key) for key in keys]
    await redis.aclose()
    assert all(DAY - MINUTE < left <= DAY for left in remaining)


def test_keys_are_named_as_stated() -> None:
    here = facts(tenant_id="t:1", actor_id="a/b")

    assert actor_key(here, "mirror") == "mmm:fatigue:t%3A1:a%2Fb:mirror"


def test_keys_never_collide() -> None:
    odd = ["a", "a:b", "b", "", "playbook", "mirror", "%3A"]
    keys = [
        make(facts(tenant_id=tenant, actor_id=actor, repo_id=actor), last)
        for make in (actor_key, playbook_key, repo_key)
        for tenant in odd
        for actor in odd
        for last in odd
    ]

    # Only a repository that is not named and one named "" are the same.
    assert len(keys) - len(set(keys)) == 0


async def test_nobody_there_is_unavailable() -> None:
    store = FatigueStore("redis://127.0.0.1:9/0", 1.0, Breaker("redis", 5, 60.0))

    with pytest.raises(UnavailableError):
        await store.spend(facts(), actions(1), PLENTY, NOON)

    assert not await store.probe()
    await store.aclose()


async def test_what_a_frozen_redis_still_owed_confuses_nobody(work: Path, here: Facts) -> None:
    with valkey(work, work / uuid4().hex) as url:
        store = FatigueStore(url, 0.1, Breaker("redis", 1000, 60.0))
        patient = FatigueStore(url, 10.0, Breaker("redis", 5, 60.0))
        await store.spend(here, actions(1), PLENTY, NOON)
        async with Redis.from_url(url) as asked:
            process_id = (await asked.info("server"))["process_id"]
        os.kill(process_id, signal.SIGSTOP)
        crowd = [facts(tenant_id=here.tenant_id, actor_id=f"lost-{number}") for number in range(8)]
        lost = await asyncio.gather(
            *(store.spend(one, actions(3), Quotas(3, 10), NOON) for one in crowd), return_exceptions=True
        )
        os.kill(process_id, signal.SIGCONT)
        await patient.spend(here, actions(1), PLENTY, NOON)

        later = [await patient.spend(here, actions(2), Quotas(7, 10), NOON) for _ in range(4)]
        found = [await store.spend(one, actions(3), Quotas(3, 10), NOON) for one in crowd]
        await store.aclose()
        await patient.aclose()

    assert [type(one) for one in lost] == [UnavailableError] * 8
    assert [len(one) for one in later] == [2, 2, 1, 0]
    assert {len(one) for one in found} <= {0, 3}  # whether the step was still taken, nobody can know


async def test_a_redis_that_forgot_the_script_is_told_it_again(store: FatigueStore, here: Facts) -> None:
    await store.spend(here, actions(1), PLENTY, NOON)
    await store._redis.script_flush()

    assert await spent(store, here, actions(1), PLENTY) == [0]

"""The database or Redis is gone: nothing is half kept, nobody gets more, and all goes on once it is back."""

from __future__ import annotations

import asyncio
import time

from harness.scenario import (
    GENERATE,
    EngineClient,
    Eris,
    Given,
    Llm,
    People,
    Reply,
    Running,
    Storage,
    a_mentor,
    a_playbook,
    all_at_once,
    asked_until,
    each_answered,
    each_of,
    eventually,
    not_exercised,
    own_world,
    requirement,
)

STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
# How soon an engine tries again what it has lost is its choice, and so is how long it remembers being ready.
BACK_WITHIN = 20.0
# Within the gateway's time-out (3.0 s): so long no decision that asked it can have been kept.
SLOW_TEXT = 2.0
UNDER_WAY = 4
TRIED_WITHIN = 10.0
# How long the database stays away after it was first missed: what begins anew at once has met that, too.
GONE_FOR = 2.0
ENDED = "the engine ends where it cannot reach its database"
PER_HOUR = 1


async def whole_again(engine: EngineClient, people: People) -> Reply:
    """Let new developers ask until one gets a whole answer with a nudge; return the last answer."""
    answers = await asked_until(
        lambda: engine.decide(people.another_developer()), is_whole, within=BACK_WITHIN
    )
    return answers[-1]


def is_whole(reply: Reply) -> bool:
    """Tell whether an answer is a decision that proposes something and is not degraded."""
    return reply.status == 200 and bool(reply.decision.actions) and not reply.decision["degraded_mode"]


@requirement("NFR-6", "FR-7")
@own_world(breaker_recovery_seconds=1)
async def test_without_redis_decisions_go_on_and_nobody_gets_more(
    engine: EngineClient, people: People, given: Given, redis: Storage, eris: Eris
) -> None:
    """Whether Redis is lost or silent, decisions go on, degraded and within the quotas; later they are whole.

    That nothing at all is proposed meanwhile is the engine's choice.
    """
    await given.published_playbook()
    await given.tenant_policy(quotas={"max_actions_per_hour": PER_HOUR, "max_actions_per_day": 10})
    sated = people.another_developer()
    before = [await engine.decide(sated), await engine.decide(sated)]
    without: list[list[Reply]] = []
    for_the_sated, back = [], []

    for lose in (redis.goes_down, redis.never_answers):
        await lose()
        new = people.another_developer()
        without.append([await engine.decide(new), await engine.decide(new)])
        for_the_sated.append(await engine.decide(sated))
        await redis.heals()
        back.append(await whole_again(engine, people))

    assert [len(reply.decision.actions) for reply in before] == [PER_HOUR, 0]
    for replies in each_of(without):
        each_answered(replies, 200)
        assert sum(len(reply.decision.actions) for reply in replies) <= PER_HOUR
        assert replies[0].decision["degraded_mode"] is True
        assert (await eris.receipt_of(replies[0].decision.id))["degraded"] is True
    assert [len(reply.decision.actions) for reply in for_the_sated] == [0] * len(without)
    assert [reply for reply in each_of(back) if not is_whole(reply)] == []


@requirement("NFR-6", "FR-12")
@own_world()
async def test_without_its_database_the_engine_refuses_and_keeps_nothing_half(
    engine: EngineClient, people: People, given: Given, llm: Llm, database: Storage, eris: Eris
) -> None:
    """Calls that come, or are under way, while the database is gone are refused as such and leave nothing."""
    await given.published_playbook(a_playbook(actions=[a_mentor(llm_prompt="Say why {event} matters.")]))
    answered = [await engine.decide(people.another_developer())]
    await llm.delays(GENERATE, SLOW_TEXT)
    heard, began = len(await llm.calls(GENERATE)), time.monotonic()

    async def all_wait() -> bool:
        return len(await llm.calls(GENERATE)) - heard >= UNDER_WAY

    async def without_it() -> tuple[float, list[Reply]]:
        await eventually(all_wait, SLOW_TEXT)
        await database.goes_down()
        went = time.monotonic() - began
        return went, await all_at_once(
            engine.list_playbooks(),
            engine.decide(people.another_developer()),
            engine.create_playbook(a_playbook(name="Refused")),
        )

    under_way = all_at_once(*(engine.decide(people.another_developer()) for _ in range(UNDER_WAY)))
    waited, (went, came) = await asyncio.gather(under_way, without_it())
    if went >= SLOW_TEXT:
        not_exercised("the database could not be taken away before some decision was kept")
    await llm.heals()
    await database.heals()
    answered.append(await whole_again(engine, people))
    listed = await engine.own_playbooks()
    counted = (await engine.tenant_metrics()).object.object("aggregates")
    receipts = await eris.settled(given, due=2 + len(answered))

    each_answered([*waited, *came], 503)
    assert {reply.error_code for reply in [*waited, *came]} == {STORAGE_UNAVAILABLE}
    each_answered(answered, 200)
    assert "Refused" not in listed.pluck("name")
    kept = [receipt.decision_id for receipt in receipts if receipt.kind == "decision"]
    assert len(kept) == len(answered)
    assert set(kept) == {reply.decision.id for reply in answered}
    assert len(receipts) - len(kept) == 2
    assert counted["decisions_total"] == len(answered)


@requirement("NFR-6")
@own_world()
async def test_readiness_tells_that_storage_is_gone_and_health_does_not_care(
    engine: EngineClient, database: Storage, redis: Storage
) -> None:
    """Without the database or Redis `/ready` is soon 503 and names it; `/health` is 200 all the while.

    No other answer than 200 and 503 ever comes of `/ready`.
    """
    gone, alive = [], []

    async def ready(wanted: int) -> list[str]:
        asked = await asked_until(
            lambda: engine.public("ready"), lambda reply: reply.status == wanted, within=BACK_WITHIN
        )
        each_answered(asked, (200, 503))
        assert asked[-1].status == wanted
        return asked[-1].object.strings("unavailable_dependencies")

    for storage in (database, redis):
        await storage.goes_down()
        gone.append(await ready(503))
        alive.append(await engine.public("health"))
        await storage.heals()
        assert await ready(200) == []

    each_answered(alive, 200)
    assert all(each_of(gone))
    assert sorted(gone[0]) != sorted(gone[1])


@requirement("NFR-6")
@own_world()
async def test_an_engine_that_starts_before_its_database_serves_once_that_is_there(
    engine: EngineClient, people: People, given: Given, running: Running, database: Storage
) -> None:
    """An engine that was started while its database was gone is ready, and decides, soon after that is back.

    One that ends instead leaves it to others to start it again: its choice.
    """
    await given.published_playbook()
    await asyncio.to_thread(running.engine.stop)
    await database.goes_down()
    before = await database.times_missed()  # by what had been stopped
    running.engine.start()
    missed: list[float] = []

    async def long_missed() -> bool:
        if await database.times_missed() > before:
            missed.append(time.monotonic())
        ended = not running.engine.process.running()
        return ended or (bool(missed) and missed[-1] - missed[0] >= GONE_FOR)

    await eventually(long_missed, TRIED_WITHIN)
    await database.heals()
    late = await asyncio.to_thread(running.engine.why_not_ready)
    if late and not running.engine.process.running():
        not_exercised(ENDED)
    reply = await (engine.decide() if late else whole_again(engine, people))

    assert is_whole(reply)
    assert late == ""

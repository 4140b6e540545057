"""The database or Redis is gone: nothing is half kept, nobody gets more, and all goes on once it is back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from harness.scenario import (
    GENERATE,
    EngineClient,
    Eris,
    Given,
    Llm,
    People,
    Receipt,
    Reply,
    Running,
    Storage,
    World,
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

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STORAGE_UNAVAILABLE = "STORAGE_UNAVAILABLE"
POLICY_UNAVAILABLE, IAM_UNAVAILABLE = "POLICY_UNAVAILABLE", "IAM_UNAVAILABLE"
# How soon an engine tries again what it has lost is its choice.
BACK_WITHIN = 20.0
# Within the gateway's time-out (3.0 s): so long no decision that asked it can have been kept.
SLOW_TEXT = 2.0
UNDER_WAY = 4
# How long the database stays away after it was first missed: what begins anew at once has met that, too.
GONE_FOR = 2.0
ENDED = "the engine ends where it cannot reach its database"
PER_HOUR = 1
IN_A_ROW = 3


async def whole_again(engine: EngineClient, world: World, people: People) -> list[Reply]:
    """Let new developers ask until several in a row get a whole answer with a nudge; return all answers.

    Calls go to the replicas in turn: each has to be back.
    """
    answers: list[Reply] = []

    async def all_whole() -> bool:
        asked = range(IN_A_ROW * len(world.engine_urls))
        row = [await engine.decide(people.another_developer()) for _ in asked]
        answers.extend(row)
        return all(is_whole(reply) for reply in row)

    await eventually(all_whole, BACK_WITHIN)
    return answers


async def answered_again(ask: Callable[[], Awaitable[Reply]]) -> Reply:
    """Ask until there is an answer: each connection and each process comes back at a time of its own."""
    return (await asked_until(ask, lambda reply: reply.status == 200, within=BACK_WITHIN))[-1]


def is_whole(reply: Reply) -> bool:
    """Tell whether an answer is a decision that proposes something and is not degraded."""
    return reply.status == 200 and bool(reply.decision.actions) and not reply.decision["degraded_mode"]


def none_of(replies: list[Reply]) -> bool:
    """Tell whether every answer is a decision that proposes nothing."""
    return all(reply.status == 200 and not reply.decision.actions for reply in replies)


@requirement("NFR-6", "FR-7")
@own_world(breaker_recovery_seconds=1)
async def test_without_redis_decisions_go_on_and_nobody_gets_more(
    engine: EngineClient, world: World, people: People, given: Given, redis: Storage, eris: Eris
) -> None:
    """Whether Redis is lost or silent, decisions go on, degraded and within the quotas; later they are whole.

    That nothing at all is proposed meanwhile is the engine's choice, and so is to keep quotas elsewhere.
    """
    await given.published_playbook()
    await given.tenant_policy(quotas={"max_actions_per_hour": PER_HOUR, "max_actions_per_day": 10})
    await whole_again(engine, world, people)
    sated = people.another_developer()
    before = [await engine.decide(sated), await engine.decide(sated)]
    if not is_whole(before[0]):
        not_exercised("a dependency was late before anything was taken away")
    without: list[list[Reply]] = []
    for_the_sated, back = [], []

    for lose in (redis.goes_down, redis.never_answers):
        await lose()
        new = people.another_developer()
        without.append([await engine.decide(new), await engine.decide(new)])
        for_the_sated.append(await engine.decide(sated))
        await redis.heals()
        back.append((await whole_again(engine, world, people))[-1])

    for replies in each_of([before, *without]):
        each_answered(replies, 200)
        assert sum(len(reply.decision.actions) for reply in replies) <= PER_HOUR
    assert sum(len(reply.decision.actions) for reply in before) == PER_HOUR
    assert none_of(for_the_sated)
    assert [reply for reply in each_of(back) if not is_whole(reply)] == []
    degraded = [first for first, _ in without if not is_whole(first)]
    if not degraded:
        not_exercised("the engine decides without Redis, within the quotas")
    for first in each_of(degraded):
        assert first.decision["degraded_mode"] is True
        assert (await eris.receipt_of(first.decision.id))["degraded"] is True


@requirement("NFR-6", "FR-12")
@own_world(breaker_recovery_seconds=1)
async def test_without_its_database_the_engine_refuses_and_keeps_nothing_half(
    engine: EngineClient,
    world: World,
    people: People,
    given: Given,
    llm: Llm,
    database: Storage,
    eris: Eris,
) -> None:
    """Calls that come, or are under way, while the database is gone are refused as such and leave nothing.

    A list that an engine still knows it may tell; an empty one would be a lie.
    """
    await given.published_playbook(a_playbook(actions=[a_mentor(llm_prompt="Say why {event} matters.")]))
    answered = [await engine.decide(people.another_developer())]

    waited, (told, *came) = await asked_while_it_goes(engine, people, llm, database)
    await llm.heals()
    await database.heals()
    back = await whole_again(engine, world, people)
    assert is_whole(back[-1])
    leave_if_policy_was_late([*answered, *back])
    answered += [reply for reply in back if reply.status == 200]
    listed = await answered_again(engine.list_playbooks)
    counted = (await answered_again(engine.tenant_metrics)).object.object("aggregates")
    receipts = await all_receipts(engine, people, eris, due=2 + len(answered))

    each_refused([*waited, *came, *([] if told.status == 200 else [told])])
    assert told.status != 200 or len(set(told.objects.pluck("name"))) == 1
    assert len(set(listed.objects.pluck("name"))) == 1
    kept = [receipt.decision_id for receipt in receipts if receipt.kind == "decision"]
    assert len(kept) == len(answered)
    assert set(kept) == {reply.decision.id for reply in answered}
    assert len(receipts) - len(kept) == 2
    assert counted["decisions_total"] == len(answered)


async def asked_while_it_goes(
    engine: EngineClient, people: People, llm: Llm, database: Storage
) -> tuple[list[Reply], list[Reply]]:
    """Take the database away while decisions wait for the gateway; return their answers, and later ones."""
    await llm.delays(GENERATE, SLOW_TEXT)
    heard, began = len(await llm.calls(GENERATE)), time.monotonic()

    async def without_it() -> tuple[float, list[Reply]]:
        went = await gone_once_they_wait(llm, database, heard + UNDER_WAY)
        return went, await calls_that_come(engine, people)

    under_way = all_at_once(*(engine.decide(people.another_developer()) for _ in range(UNDER_WAY)))
    waited, (went, came) = await asyncio.gather(under_way, without_it())
    if went - began >= SLOW_TEXT:
        not_exercised("the database could not be taken away before some decision was kept")
    return waited, came


async def gone_once_they_wait(llm: Llm, database: Storage, asked: int) -> float:
    """Take the database away once the gateway was asked so often; return when it was gone."""

    async def all_wait() -> bool:
        return len(await llm.calls(GENERATE)) >= asked

    await eventually(all_wait, SLOW_TEXT)
    await database.goes_down()
    return time.monotonic()


async def calls_that_come(engine: EngineClient, people: People) -> list[Reply]:
    """List what there is, decide, and create something, all at once; return the answers in this order."""
    return await all_at_once(
        engine.list_playbooks(),
        engine.decide(people.another_developer()),
        engine.create_playbook(a_playbook(name="Refused")),
    )


def each_refused(replies: list[Reply]) -> None:
    """Claim that each was refused because storage is gone; IAM may have been late for one."""
    each_answered(replies, 503)
    assert {reply.error_code for reply in replies} - {IAM_UNAVAILABLE} == {STORAGE_UNAVAILABLE}


async def all_receipts(engine: EngineClient, people: People, eris: Eris, *, due: int) -> list[Receipt]:
    """Return the receipts once all are there; the decision that shows it is asked for until it comes."""
    asked = await asked_until(
        lambda: engine.decide(people.another_developer()),
        lambda reply: reply.status == 200,
        within=BACK_WITHIN,
    )
    leave_if_policy_was_late(asked)
    return await eris.settled_after(asked[-1].decision.id, due=due, within=BACK_WITHIN)


def leave_if_policy_was_late(replies: list[Reply]) -> None:
    """Leave the scenario where policy could not be known: such a refusal leaves a receipt, too."""
    if any(reply.status == 503 and reply.error_code == POLICY_UNAVAILABLE for reply in replies):
        not_exercised("policy was late: its refusal leaves a receipt, too")


@requirement("NFR-6")
@own_world(breaker_recovery_seconds=1)
async def test_an_engine_that_starts_before_its_database_serves_once_that_is_there(
    engine: EngineClient, world: World, people: People, given: Given, running: Running, database: Storage
) -> None:
    """An engine that was started while its database was gone is ready, and decides, soon after that is back.

    One that ends instead leaves it to others to start it again: its choice.
    """
    await given.published_playbook()
    for one in running.engines:
        await asyncio.to_thread(one.stop)
    await database.goes_down()
    before = await database.times_missed()  # by what had been stopped
    for one in running.engines:
        one.start()
    missed: list[float] = []

    def all_run() -> bool:
        return all(one.process.running() for one in running.engines)

    async def long_missed() -> bool:
        if await database.times_missed() > before:
            missed.append(time.monotonic())
        return not all_run() or (bool(missed) and missed[-1] - missed[0] >= GONE_FOR)

    await eventually(long_missed, running.engine.blueprint.start_seconds)
    if all_run() and not missed:
        not_exercised("the engine does not ask for its database when it starts")
    await database.heals()
    late = [await asyncio.to_thread(one.why_not_ready) for one in running.engines]
    if any(late) and not all_run():
        not_exercised(ENDED)
    reply = await engine.decide() if any(late) else (await whole_again(engine, world, people))[-1]

    assert is_whole(reply)
    assert not any(late), late

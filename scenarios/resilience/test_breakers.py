"""A circuit breaker for each dependency, seen at the one that only informs: UBI.

What an engine's circuits are called, and whether it asks again within one decide, is its own choice; each
attempt counts. Where several processes stand behind the address, each has circuits of its own.
"""

from __future__ import annotations

import time

from harness.scenario import (
    RECENT_SIGNALS,
    EngineClient,
    Given,
    Reply,
    Ubi,
    all_at_once,
    each_answered,
    eventually,
    not_exercised,
    own_world,
    requirement,
)

FAILURES_TO_OPEN = 5
REST = 6
# A clock that tells whole seconds, and a busy machine, may let the rest seem longer.
SURELY_RESTED = REST + 1.0
# So many processes behind one address are thought of, each with one trial in every rest.
PROCESSES = 8
# So many that each process gets some of them.
MANY = 2 * PROCESSES + 1
FEW = 6
POLICY_UNAVAILABLE = "POLICY_UNAVAILABLE"
ROUNDS = 8
CLOSED_WITHIN = 3 * REST


async def asked_by(engine: EngineClient, number: int) -> list[Reply]:
    """Let so many developers of whom nothing is remembered ask one after the other."""
    return [await engine.decide(engine.people.another_developer()) for _ in range(number)]


async def asked_at_once(engine: EngineClient, number: int) -> list[Reply]:
    """Let so many developers of whom nothing is remembered ask at the same time."""
    return await all_at_once(*(engine.decide(engine.people.another_developer()) for _ in range(number)))


async def seconds_pass(seconds: float) -> None:
    """Wait for a time that must have gone by, without asking anybody."""
    over = time.monotonic() + seconds

    async def gone_by() -> bool:
        return time.monotonic() >= over

    await eventually(gone_by, seconds + 1.0)


@requirement("NFR-6")
@own_world()
async def test_failures_with_successes_between_them_open_no_circuit(
    engine: EngineClient, given: Given, ubi: Ubi
) -> None:
    """Only failures one after another open a circuit: after four, successes and four more UBI is asked on.

    Between them so many ask that every process behind the address has had an answer.
    """
    await given.published_playbook()
    failed, heard = [], []

    for _ in range(2):
        await ubi.replies(RECENT_SIGNALS, {"error": {}}, status=503, times=FAILURES_TO_OPEN - 1)
        failed += await asked_by(engine, FAILURES_TO_OPEN - 1)
        await ubi.heals()
        before = len(await ubi.calls(RECENT_SIGNALS))
        each_answered(await asked_by(engine, MANY), 200)
        heard.append(len(await ubi.calls(RECENT_SIGNALS)) - before)

    each_answered(failed, 200)
    assert True in {reply.decision["degraded_mode"] for reply in failed}
    assert min(heard) >= MANY


@requirement("NFR-6", "NFR-1")
@own_world(breaker_recovery_seconds=REST)
async def test_an_open_circuit_asks_nobody_then_one_and_closes_after_a_success(
    engine: EngineClient, given: Given, ubi: Ubi
) -> None:
    """An open circuit lets no call through, after its rest one, and rests again unless that one succeeds."""
    await given.published_playbook()
    each_answered([await engine.decide(engine.people.another_developer())], 200)
    await ubi.fails_with(503)

    async def heard() -> int:
        return len(await ubi.calls(RECENT_SIGNALS))

    async def asked(replies: list[Reply], before: int) -> int:
        if POLICY_UNAVAILABLE in {reply.error_code for reply in replies if reply.status == 503}:
            not_exercised("policy was not heard in time by all who asked at once")
        each_answered(replies, 200)
        assert [reply for reply in replies if reply.decision["degraded_mode"] is not True] == []
        return await heard() - before

    for _ in range(ROUNDS):
        before = await heard()
        while_closed = await asked(await asked_at_once(engine, MANY), before)
        if not while_closed:
            break
    assert while_closed == 0, "no circuit ever opened"
    assert await heard() >= FAILURES_TO_OPEN
    await ubi.heals()
    await ubi.never_answers()
    await seconds_pass(SURELY_RESTED)

    tried, began = await heard(), time.monotonic()
    trials = await asked(await asked_at_once(engine, MANY), tried)
    await ubi.heals()
    await ubi.replies(RECENT_SIGNALS, {"error": {}}, status=503, may_be_idle=True)
    more = await asked(await asked_by(engine, MANY), tried + trials)
    rests = 1 + int((time.monotonic() - began) / REST)

    assert trials >= 1, "nobody was let through after the rest"
    assert trials + more <= PROCESSES * rests
    await ubi.heals()

    async def closed() -> bool:
        replies = await asked_at_once(engine, FEW)
        return [reply for reply in replies if reply.decision["degraded_mode"] is not False] == []

    assert await eventually(closed, CLOSED_WITHIN), "no circuit was closed after a success"

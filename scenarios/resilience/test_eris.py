"""ERIS is gone: decisions go on within their time, and no receipt is lost or doubled."""

from __future__ import annotations

import itertools
from datetime import datetime

from harness.scenario import (
    RECEIVE,
    RECENT_SIGNALS,
    Decision,
    EngineClient,
    Eris,
    Given,
    Object,
    People,
    Reply,
    Ubi,
    World,
    all_at_once,
    each_of,
    eventually,
    own_world,
    parametrize,
    requirement,
    samples,
)

# The answer waits at most 0.8 s for ERIS; the rest of the decision and a busy machine get more than as
# much again, and one that waits for the whole time-out (2.0 s) is still seen.
ANSWERED_WITHIN = 1.9
# Attempts, waits between them and an open breaker: after healing, delivery may take its time.
DELIVERED_WITHIN = 30.0
# Later than the time-out of an attempt (2.0 s): the receipt was taken, and the engine cannot know.
TOO_LATE = 2.6
# An engine that tries again does so after half a second (2.4): it is given time to show it.
SENT_AGAIN_WITHIN = 1.5
# A little less than an engine waits between attempts (0.5 s, then 1.0 s): clocks tick.
WAITS = (0.45, 0.95)
# An engine chooses the moment: one that does not wait may happen to come late once.
AGAIN_AND_AGAIN = 3
# By how much one receipt is younger than another: well within the first wait, and UBI's time-out (1.0 s).
APART = 0.25
UNAVAILABLE = {"code": "UNAVAILABLE", "message": "no"}
# More attempts than an open circuit takes (5), so that some are decided behind it.
OPENS_A_CIRCUIT = 10
# From this one on they surely are.
BEHIND_IT = 5


@requirement("RF-MMM-02", "FR-12", "NFR-6")
@own_world(breaker_recovery_seconds=1)
@parametrize("how", ["goes_down", "never_answers"])
async def test_without_eris_decisions_go_on_and_receipts_arrive_later(
    how: str, engine: EngineClient, given: Given, eris: Eris
) -> None:
    """Without ERIS a decision is answered in time and says pending; afterwards its receipt arrives, once."""
    playbook = await given.published_playbook()
    await getattr(eris, how)()

    replies = [await engine.decide(engine.people.another_developer()) for _ in range(3)]

    for reply in each_of(replies):
        assert reply.decision.playbooks == [playbook["playbook_id"]]
        assert reply.seconds < ANSWERED_WITHIN
        assert reply.decision.get("receipt_status") in {"pending", None}
    await eris.heals()
    decided = {reply.decision.id for reply in replies}
    await eris.awaited(
        lambda receipt: receipt.decision_id in decided,
        "the receipts of decisions made while ERIS was gone",
        at_least=3,
        within=DELIVERED_WITHIN,
    )
    receipts = [receipt for receipt in await eris.settled(given, due=5) if receipt.kind == "decision"]
    assert sorted(str(receipt.decision_id) for receipt in receipts) == sorted(decided)
    assert len({receipt.id for receipt in receipts}) == 3
    assert [receipt["degraded"] for receipt in receipts] == [False] * 3


@requirement("FR-12")
@own_world()
async def test_a_receipt_that_arrived_unknown_to_the_engine_is_not_doubled(
    engine: EngineClient, given: Given, eris: Eris
) -> None:
    """A receipt that ERIS took, but confirmed too late, is sent again as the same one: ERIS holds it once."""
    await given.published_playbook()
    await eris.settled(given, due=2)
    await eris.delays(RECEIVE, TOO_LATE, times=1)

    reply = await engine.decide()
    decided = reply.decision.id

    async def sent_again() -> bool:
        sent = [Object(entry.request_body, "a receipt") for entry in await eris.calls(RECEIVE)]
        return len([one for one in sent if one.object("inputs").get("decision_id") == decided]) > 1

    await eventually(sent_again, DELIVERED_WITHIN)
    held = [receipt for receipt in await eris.settled(given, due=4) if receipt.decision_id == decided]
    assert len(held) == 1


@requirement("FR-12", "RF-MMM-02")
@own_world(breaker_recovery_seconds=1)
async def test_a_receipt_is_tried_again_after_a_wait(
    engine: EngineClient, people: People, given: Given, eris: Eris, ubi: Ubi
) -> None:
    """What ERIS could not take is tried again as the same receipt, after half a second, then after a second.

    How much longer an engine waits is its choice. Each time another tenant's receipt, a little older, waits
    as well: the younger is not taken along when that one's wait is over. Once ERIS has taken the older, an
    engine may know by that that the younger need not wait any more.
    """
    others = people.elsewhere()
    for one in (people, others):
        await given.published_playbook(by=one.admin)
        await eris.settled(given, one, due=2)
    await ubi.delays(RECENT_SIGNALS, APART)

    tried = []
    for _ in range(AGAIN_AND_AGAIN):
        for one in (others, people):
            await eris.replies(
                RECEIVE, UNAVAILABLE, status=503, times=len(WAITS), match={"tenant": one.tenant}
            )
        decided = [(one, (await engine.decide(one.another_developer())).decision) for one in (others, people)]
        tried.append([await _attempts_at_a_receipt(eris, decision, one.tenant) for one, decision in decided])

    for older, younger in each_of(tried):
        assert [len({receipt_id for receipt_id, _ in attempts}) for attempts in (older, younger)] == [1, 1]
        assert [
            seconds >= least for seconds, least in zip(_waited(older)[: len(WAITS)], WAITS, strict=True)
        ] == [True, True]
        (_, again), (_, taken) = younger[1], older[len(WAITS)]
        assert again > taken or _waited(younger)[0] >= WAITS[0]


async def _attempts_at_a_receipt(eris: Eris, decision: Decision, tenant: str) -> list[tuple[str, datetime]]:
    """Return the id of a decision's receipt and the moment of each attempt, once all that fail were made."""
    attempts: list[tuple[str, datetime]] = []

    async def taken() -> bool:
        calls = await eris.calls(RECEIVE, tenant=tenant)
        sent = [(Object(one.request_body, "a receipt"), one.at) for one in calls]
        attempts[:] = [
            (receipt.string("receipt_id"), datetime.fromisoformat(at))
            for receipt, at in sent
            if receipt.object("inputs").get("decision_id") == decision.id
        ]
        return len(attempts) > len(WAITS)

    assert await eventually(taken, DELIVERED_WITHIN)
    return attempts


def _waited(attempts: list[tuple[str, datetime]]) -> list[float]:
    """Return how long after each attempt the next one came."""
    moments = [at for _, at in attempts]
    return [(then - before).total_seconds() for before, then in itertools.pairwise(moments)]


COUNTED_WITHIN = 8.0


async def _emissions(engine: EngineClient, world: World) -> float:
    """Return how many receipts were tried, whatever came of it, on all replicas."""
    texts = [(await engine.public("metrics")).text for _ in world.engine_urls]
    return sum(one.value for text in texts for one in samples(text, "mmm_eris_receipt_emission_total"))


@requirement("FR-12")
@own_world()
async def test_a_receipt_that_eris_refuses_is_not_sent_again(
    engine: EngineClient, people: People, given: Given, eris: Eris, world: World
) -> None:
    """A receipt that ERIS refuses with 4xx is sent once, and counted; the decision stands.

    Later receipts arrive. What the result of a refusal is called is the engine's choice.
    """
    refusal = {
        "code": "VALIDATION_ERROR",
        "message": "no",
        "details": {},
        "retryable": False,
        "request_id": "r-1",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    await eris.replies(RECEIVE, {"error": refusal}, status=400)
    before = await _emissions(engine, world)

    reply = await engine.decide(people.developer)
    refused = reply.decision.id

    async def attempts() -> int:
        sent = [Object(entry.request_body, "a receipt") for entry in await eris.calls(RECEIVE)]
        return sum(one.object("inputs").get("decision_id") == refused for one in sent)

    async def sent_again() -> bool:
        return await attempts() > 1

    async def counted() -> bool:
        return await _emissions(engine, world) > before

    assert reply.status == 200
    await eventually(attempts, DELIVERED_WITHIN)
    await eventually(sent_again, SENT_AGAIN_WITHIN)
    assert await eventually(counted, COUNTED_WITHIN), "the refusal is not counted"
    await eris.heals()
    assert await eris.settled(given, due=0) == []
    assert await attempts() == 1


@requirement("FR-12", "RF-MMM-02")
@own_world(breaker_recovery_seconds=1)
async def test_a_receipt_never_says_degraded_for_eris(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """However long ERIS has been gone, the receipts that wait for it were not decided degraded for that.

    One may be for another reason, where a busy machine lets a dependency be late: never all.
    """
    await given.published_playbook()
    await eris.goes_down()

    decisions = [(await engine.decide(people.another_developer())).decision for _ in range(OPENS_A_CIRCUIT)]

    await eris.heals()
    decided = {decision.id for decision in decisions}
    receipts = await eris.awaited(
        lambda receipt: receipt.decision_id in decided,
        "the receipts of decisions made while ERIS was gone",
        at_least=len(decided),
        within=DELIVERED_WITHIN,
    )
    last = {decision.id for decision in decisions[BEHIND_IT:]}
    behind = [receipt for receipt in receipts if receipt.decision_id in last]
    assert (False, "pass") in {(receipt["degraded"], receipt.status) for receipt in each_of(behind)}


# The attempts of engine.md, 2, and the longest that they take with the waits between them.
ATTEMPTS = 3
ATTEMPTED_WITHIN = 12.0


@requirement("RF-MMM-02", "FR-12")
@own_world(breaker_recovery_seconds=1)
async def test_a_receipt_outlives_all_its_attempts(engine: EngineClient, given: Given, eris: Eris) -> None:
    """A receipt that three attempts did not bring to ERIS still waits, and arrives once ERIS is back."""
    await given.published_playbook()
    await eris.settled(given, due=2)
    await eris.replies(RECEIVE, {"error": {}}, status=503)

    decided = (await engine.decide()).decision.id

    async def all_tried() -> bool:
        sent = [Object(entry.request_body, "a receipt") for entry in await eris.calls(RECEIVE)]
        return len([one for one in sent if one.object("inputs").get("decision_id") == decided]) >= ATTEMPTS

    await eventually(all_tried, ATTEMPTED_WITHIN)
    await eris.heals()
    arrived = await eris.awaited(
        lambda receipt: receipt.decision_id == decided,
        "a receipt that ERIS did not take at first",
        within=DELIVERED_WITHIN,
    )
    assert len(arrived) == 1


# As many as a short outage leaves in a small tenant: at least 1,000 may wait (engine.md, 2).
ROUNDS, IN_A_ROUND = 15, 10
ALL_DELIVERED_WITHIN = 60.0


@requirement("RF-MMM-02", "FR-12")
@own_world(breaker_recovery_seconds=1)
async def test_many_receipts_may_wait(engine: EngineClient, people: People, given: Given, eris: Eris) -> None:
    """However many decisions are made while ERIS is gone: each of their receipts arrives afterwards, once."""
    await given.published_playbook()
    await eris.goes_down()

    replies: list[Reply] = []
    for _ in range(ROUNDS):
        replies += await all_at_once(*(engine.decide(people.another_developer()) for _ in range(IN_A_ROUND)))

    decided = {reply.decision.id for reply in replies}
    await eris.heals()
    arrived = await eris.awaited(
        lambda receipt: receipt.decision_id in decided,
        "the receipts of all decisions made while ERIS was gone",
        at_least=len(decided),
        within=ALL_DELIVERED_WITHIN,
    )
    assert len(decided) == ROUNDS * IN_A_ROUND
    assert sorted(str(receipt.decision_id) for receipt in arrived) == sorted(decided)

"""Policy is gone: a known snapshot for a while, then refusal; never "allow by default"."""

from __future__ import annotations

import time

from harness.scenario import (
    CREATED,
    EVALUATE,
    EngineClient,
    Eris,
    Given,
    People,
    Policy,
    Reply,
    a_playbook,
    all_at_once,
    asked_until,
    each_of,
    not_exercised,
    own_world,
    parametrize,
    requirement,
)

# Its time-out is half a second; a busy machine gets as much again, and more.
REFUSED_WITHIN = 3.0
STALE_SECONDS = 4
# A clock that tells whole seconds takes a snapshot for a second younger than it is.
SURELY_TOO_OLD = STALE_SECONDS + 1
# The snapshot is each process' own (engine.md, 10): so many at once reach more than one, if there is one.
AT_ONCE = 6
ONE_OUTAGE = 15.0
# An unsound answer may have opened a breaker, where an engine asks more than once.
RECOVERED_WITHIN = 5.0
EVERYBODY: dict[str, object] = {}
# All that policy must say, but whether it allows.
WITHOUT_ALLOWED: dict[str, object] = {
    "policy_snapshot_id": "snapshot-1",
    "policy_version_ids": ["policy-7"],
    "restrictions": [],
    "snapshot_hash": "sha256:" + "5e" * 32,
}
UNSOUND: tuple[object, ...] = (
    {},
    {"allowed": "false"},
    [],
    WITHOUT_ALLOWED,
    WITHOUT_ALLOWED | {"allowed": None},
    WITHOUT_ALLOWED | {"allowed": "false"},
)


async def asked_by_many(engine: EngineClient, people: People) -> list[Reply]:
    """Let some developers of a tenant ask at the same time, to reach every process that there is."""
    return await all_at_once(*(engine.decide(people.another_developer()) for _ in range(AT_ONCE)))


def degraded(reply: Reply) -> bool:
    """Say whether a decision was made, and without its dependencies."""
    return reply.status == 200 and reply.decision["degraded_mode"] is True


def refusals(replies: list[Reply]) -> list[str]:
    """Return the codes of the refusals, each of which is a 503."""
    refused = [reply for reply in replies if reply.status != 200]
    assert {reply.status for reply in refused} <= {503}
    return [reply.error_code for reply in refused]


@requirement("FR-11", "RF-MMM-03", "NFR-4")
@own_world()
@parametrize("how", ["goes_down", "never_answers"])
async def test_without_policy_from_the_start_nothing_is_decided(
    how: str, engine: EngineClient, given: Given, policy: Policy, eris: Eris
) -> None:
    """Where policy has never been heard, decide is soon refused with 503, and a receipt says why."""
    await given.published_playbook()
    await getattr(policy, how)()

    reply = await engine.decide()

    assert reply.status == 503
    assert reply.error_code == "POLICY_UNAVAILABLE"
    assert reply.seconds < REFUSED_WITHIN
    refusals = await eris.awaited(lambda receipt: receipt.kind == "decision", "a receipt of the refusal")
    assert [receipt.status for receipt in refusals] == ["hard_block"]
    assert refusals[0].object("decision").string("rationale").strip()


@requirement("FR-11")
@own_world(policy_cache_seconds=1, policy_stale_seconds=STALE_SECONDS, breaker_recovery_seconds=1)
async def test_a_snapshot_is_used_for_a_while_and_then_no_more(
    engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """When policy goes, the last snapshot is used until it is too old; then decide is refused.

    Where an engine has several processes, one that never heard policy refuses from the start.
    """
    playbook = await given.published_playbook()
    healthy = await asked_by_many(engine, people)
    await policy.goes_down()
    too_old = time.monotonic() + SURELY_TOO_OLD

    outage = await asked_until(
        lambda: engine.decide(people.another_developer()),
        lambda _: time.monotonic() > too_old,
        within=ONE_OUTAGE,
    )
    afterwards = await asked_by_many(engine, people)

    for reply in each_of(healthy):
        assert reply.decision["degraded_mode"] is False
    assert set(refusals(outage)) <= {"POLICY_UNAVAILABLE"}
    stale = [reply.decision for reply in outage if degraded(reply)]
    assert stale != []
    for decision in stale:
        assert decision.playbooks == [playbook["playbook_id"]]
        assert decision.get("policy_stale") in {True, None}
    assert refusals(afterwards) == ["POLICY_UNAVAILABLE"] * AT_ONCE


@requirement("RF-MMM-03", "FR-11", "NFR-6")
@own_world(policy_cache_seconds=1, breaker_recovery_seconds=1)
async def test_what_is_decided_by_a_stale_snapshot_says_so(
    engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """A decision by a snapshot that is no longer fresh is degraded, though the gold standards are known.

    Where an engine has several processes, one that never heard policy refuses.
    """
    playbook = await given.published_playbook()
    healthy = await asked_by_many(engine, people)
    await policy.replies(EVALUATE, {"error": {}}, status=503)

    outage = await asked_until(lambda: engine.decide(people.another_developer()), degraded, within=ONE_OUTAGE)

    for reply in each_of(healthy):
        assert reply.decision["degraded_mode"] is False
    assert set(refusals(outage)) <= {"POLICY_UNAVAILABLE"}
    assert degraded(outage[-1])
    assert outage[-1].decision.get("policy_stale") in {True, None}
    assert outage[-1].decision.playbooks == [playbook["playbook_id"]]


@requirement("FR-11", "RF-MMM-03")
@own_world(policy_cache_seconds=1, breaker_recovery_seconds=1)
async def test_a_safety_critical_tenant_gets_nothing_once_policy_is_not_fresh(
    engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """Without fresh policy a safety-critical tenant gets nothing; others go on with the last snapshot.

    How a tenant is marked is the engine's choice: this shows those that take `safety_critical` in its policy.
    Where an engine has several processes, one that never heard policy refuses.
    """
    others = people.elsewhere()
    await given.published_playbook()
    await given.published_playbook(by=others.admin)
    marked = await engine.update_tenant_policy({"safety_critical": True})
    if (
        marked.status not in CREATED
        or (await engine.read_tenant_policy()).object.get("safety_critical") is not True
    ):
        not_exercised("this engine marks safety-critical tenants in another way")
    healthy = [reply for tenant in (people, others) for reply in await asked_by_many(engine, tenant)]
    await policy.goes_down()

    critical = await asked_until(
        lambda: engine.decide(people.another_developer()), degraded, within=ONE_OUTAGE
    )
    ordinary = await asked_until(
        lambda: engine.decide(others.another_developer()), degraded, within=ONE_OUTAGE
    )

    for reply in each_of(healthy):
        assert len(reply.decision.actions) == 1
        assert reply.decision["degraded_mode"] is False
    assert {*refusals(critical), *refusals(ordinary)} <= {"POLICY_UNAVAILABLE"}
    assert critical[-1].decision["degraded_mode"] is True
    assert critical[-1].decision.titles == []
    assert ordinary[-1].decision["degraded_mode"] is True
    assert len(ordinary[-1].decision.actions) == 1


@requirement("FR-11", "UT-MMM-04")
@own_world(policy_cache_seconds=0, breaker_recovery_seconds=1)
async def test_what_policy_did_not_say_is_not_allowed(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """An answer of policy without a sound `allowed` allows nothing: no action comes back.

    Each comes in a tenant of which policy was never heard, so that no snapshot is at hand.
    """
    await given.published_playbook(a_playbook())
    replies: list[Reply] = []
    sound: list[Reply] = []

    for answer in UNSOUND:
        unheard = engine.people.elsewhere()
        await given.published_playbook(a_playbook(), by=unheard.admin)
        await policy.replies(EVALUATE, answer, match=EVERYBODY)
        replies.append(await engine.decide(unheard.developer))
        await policy.heals()
        sound += await asked_until(
            lambda: engine.decide(engine.people.another_developer()),
            lambda reply: reply.status == 200,
            within=RECOVERED_WITHIN,
        )

    for reply in each_of(replies):
        assert reply.status in {200, 503}
        assert reply.status == 503 or len(reply.decision.actions) == 0
    assert len(sound[-1].decision.actions) == 1

"""Policy is gone: a known snapshot for a while, then refusal; never "allow by default"."""

from __future__ import annotations

from harness.scenario import (
    EVALUATE,
    EngineClient,
    Eris,
    Given,
    People,
    Policy,
    Reply,
    a_playbook,
    asked_until,
    each_of,
    not_exercised,
    own_world,
    requirement,
)

STALE_SECONDS = 4
ONE_OUTAGE = 15.0
# Three unsound answers may have opened a breaker, where an engine asks more than once.
RECOVERED_WITHIN = 5.0


@requirement("FR-11")
@own_world()
async def test_without_policy_from_the_start_nothing_is_decided(
    engine: EngineClient, given: Given, policy: Policy, eris: Eris
) -> None:
    """Where policy has never been heard, decide is refused with 503, and a receipt says why."""
    await given.published_playbook()
    await policy.goes_down()

    reply = await engine.decide()

    assert reply.status == 503
    assert reply.error_code == "POLICY_UNAVAILABLE"
    refusals = await eris.awaited(lambda receipt: receipt.kind == "decision", "a receipt of the refusal")
    assert [receipt.status for receipt in refusals] == ["hard_block"]
    assert refusals[0].object("decision").string("rationale").strip()


@requirement("FR-11")
@own_world(policy_cache_seconds=1, policy_stale_seconds=STALE_SECONDS, breaker_recovery_seconds=1)
async def test_a_snapshot_is_used_for_a_while_and_then_no_more(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """When policy goes, the last snapshot is used until it is too old; then decide is refused."""
    playbook = await given.published_playbook()
    healthy = await engine.decide(engine.people.another_developer())
    await policy.goes_down()

    replies = await asked_until(
        lambda: engine.decide(engine.people.another_developer()),
        lambda reply: reply.status != 200,
        within=ONE_OUTAGE,
    )

    assert healthy.decision["degraded_mode"] is False
    assert replies[-1].status == 503
    assert replies[-1].error_code == "POLICY_UNAVAILABLE"
    stale = [reply.decision for reply in replies[:-1] if reply.decision["degraded_mode"] is True]
    assert stale
    for decision in each_of(stale):
        assert decision.playbooks == [playbook["playbook_id"]]
        assert decision.get("policy_stale") in {True, None}


@requirement("FR-11", "RF-MMM-03")
@own_world(policy_cache_seconds=1, breaker_recovery_seconds=1)
async def test_a_safety_critical_tenant_gets_nothing_once_policy_is_not_fresh(
    engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """Without fresh policy a safety-critical tenant gets nothing; others go on with the last snapshot.

    How a tenant is marked is the engine's choice: this shows those that take `safety_critical` in its policy.
    """
    others = people.elsewhere()
    await given.published_playbook()
    await given.published_playbook(by=others.admin)
    marked = await engine.update_tenant_policy({"safety_critical": True})
    if marked.status != 200 or (await engine.read_tenant_policy()).object.get("safety_critical") is not True:
        not_exercised("this engine marks safety-critical tenants in another way")
    healthy = [await engine.decide(one.another_developer()) for one in (people, others)]
    await policy.goes_down()

    replies = await asked_until(
        lambda: engine.decide(people.another_developer()),
        lambda reply: reply.decision["degraded_mode"] is True,
        within=ONE_OUTAGE,
    )
    ordinary = await engine.decide(others.another_developer())

    for reply in each_of(healthy):
        assert len(reply.decision.actions) == 1
        assert reply.decision["degraded_mode"] is False
    assert replies[-1].decision["degraded_mode"] is True
    assert replies[-1].decision.titles == []
    assert ordinary.decision["degraded_mode"] is True
    assert len(ordinary.decision.actions) == 1


@requirement("FR-11", "UT-MMM-04")
@own_world(policy_cache_seconds=0, breaker_recovery_seconds=1)
async def test_what_policy_did_not_say_is_not_allowed(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """An answer of policy without a sound `allowed` allows nothing: no action comes back."""
    await given.published_playbook(a_playbook())
    answers: list[object] = [{}, {"allowed": "false"}, []]
    replies: list[Reply] = []

    for answer in answers:
        await policy.replies(EVALUATE, answer)
        replies.append(await engine.decide(engine.people.another_developer()))
        await policy.heals()

    for reply in each_of(replies):
        assert reply.status in {200, 503}
        assert reply.status == 503 or len(reply.decision.actions) == 0
    sound = await asked_until(
        lambda: engine.decide(engine.people.another_developer()),
        lambda reply: reply.status == 200,
        within=RECOVERED_WITHIN,
    )
    assert len(sound[-1].decision.actions) == 1

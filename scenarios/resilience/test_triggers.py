"""What holds for decide while a dependency is in trouble holds for an explicit trigger as well."""

from __future__ import annotations

import time

from harness.scenario import (
    GENERATE,
    EngineClient,
    Eris,
    Given,
    Llm,
    Policy,
    Reply,
    Ubi,
    a_mentor,
    a_mirror,
    a_playbook,
    all_at_once,
    asked_until,
    each_of,
    own_world,
    requirement,
)

# Later than the limit of an IDE (0.15 s) and sooner than the gateway's time-out (3.0 s).
SLOW = 1.0
ONE_OUTAGE = 15.0
STALE_SECONDS = 4
# A clock that tells whole seconds takes a snapshot for a second younger than it is.
SURELY_TOO_OLD = STALE_SECONDS + 1
# The snapshot is each process' own (engine.md, 10): so many at once reach more than one, if there is one.
AT_ONCE = 6


async def triggered(engine: EngineClient) -> Reply:
    """Evaluate a signal for somebody of whom nothing is remembered."""
    return await engine.trigger(engine.people.another_developer())


@requirement("FR-1", "RF-MMM-02")
@own_world()
async def test_a_trigger_goes_on_without_what_it_can_do_without(
    engine: EngineClient, given: Given, ubi: Ubi, eris: Eris
) -> None:
    """Without behavioural signals a trigger is degraded, without ERIS its receipt is pending; both decide."""
    playbook = await given.published_playbook()

    healthy = await triggered(engine)
    await ubi.goes_down()
    unaware = await triggered(engine)
    await ubi.heals()
    await eris.goes_down()
    unrecorded = await triggered(engine)

    assert healthy.decision["degraded_mode"] is False
    assert healthy.decision.get("receipt_status") in {"delivered", "pending", None}
    assert unaware.decision["degraded_mode"] is True
    assert unrecorded.decision.get("receipt_status") in {"pending", None}
    for reply in (healthy, unaware, unrecorded):
        assert reply.decision.playbooks == [playbook["playbook_id"]]


@requirement("FR-1", "NFR-1")
@own_world()
async def test_a_slow_trigger_is_marked(engine: EngineClient, given: Given, llm: Llm) -> None:
    """A trigger slower than its limit carries a latency warning."""
    await llm.delays(GENERATE, SLOW)
    await given.published_playbook(
        a_playbook(actions=[a_mirror("A fact"), a_mentor(llm_prompt="Say why {event} matters.")])
    )

    slow = await triggered(engine)

    assert slow.decision["latency_warning"] is True
    assert "A fact" in slow.decision.titles


@requirement("FR-1", "FR-11")
@own_world(policy_cache_seconds=1, policy_stale_seconds=STALE_SECONDS, breaker_recovery_seconds=1)
async def test_a_trigger_is_refused_once_policy_is_too_old(
    engine: EngineClient, given: Given, policy: Policy
) -> None:
    """When policy goes, a trigger is decided with the last snapshot while it is not too old, then refused.

    Where an engine has several processes, one that never heard policy refuses from the start.
    """
    playbook = await given.published_playbook()
    healthy = await all_at_once(*(triggered(engine) for _ in range(AT_ONCE)))
    await policy.goes_down()
    too_old = time.monotonic() + SURELY_TOO_OLD

    outage = await asked_until(
        lambda: triggered(engine), lambda _: time.monotonic() > too_old, within=ONE_OUTAGE
    )
    refused = await triggered(engine)

    for reply in each_of(healthy):
        assert reply.decision["degraded_mode"] is False
    assert {reply.status for reply in outage} <= {200, 503}
    decided = [reply.decision for reply in outage if reply.status == 200]
    stale = [decision for decision in decided if decision["degraded_mode"] is True]
    assert stale != []
    for decision in stale:
        assert decision.playbooks == [playbook["playbook_id"]]
        assert decision.get("policy_stale") in {True, None}
    assert refused.status == 503
    assert refused.error_code == "POLICY_UNAVAILABLE"

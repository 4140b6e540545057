"""Quotas, playbook limits and cool-downs hold for every actor, also when many calls come at once.

By default an actor gets three actions an hour and ten a day, over all types.
"""

from __future__ import annotations

from typing import Any

from harness.scenario import (
    EngineClient,
    Given,
    People,
    Policy,
    a_context,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    all_at_once,
    asked_until,
    each_of,
    parametrize,
    requirement,
)

PER_HOUR = 3
A_FEW_SECONDS = 4.0
# A playbook limit, and whether it holds for another actor of the same repository too.
ONCE: dict[str, tuple[dict[str, Any], bool]] = {
    "once a day for an actor": ({"max_per_actor_per_day": 1}, False),
    "once a day for a repository": ({"max_per_repo_per_day": 1}, True),
    "an hour's cool-down": ({"cooldown_minutes": 60}, False),
}


@requirement("FR-7")
async def test_an_actor_gets_no_more_than_the_hourly_quota(
    engine: EngineClient, people: People, given: Given
) -> None:
    """By default an actor gets three actions an hour, the most important ones; then none; others still do."""
    for priority in (10, 90, 50, 70, 30):
        action = a_mirror(f"Priority {priority}")
        await given.published_playbook(
            a_playbook(name=f"P{priority}", actions=[action], limits={"priority": priority})
        )

    first = await engine.decide(people.developer)
    second = await engine.decide(people.developer)
    other = await engine.decide(people.another_developer())

    assert first.decision.titles == ["Priority 90", "Priority 70", "Priority 50"]
    assert second.status == 200
    assert second.decision.titles == []
    assert other.decision.titles == first.decision.titles


@requirement("FR-7")
async def test_the_quota_is_one_over_all_types(engine: EngineClient, people: People, given: Given) -> None:
    """The hourly quota counts actions of every type together, in one decision and over several."""
    templates = {90: a_mirror("A fact"), 80: a_mentor("A hint"), 70: a_multiplier("An offer")}
    more = {60: a_mirror("One more fact"), 50: a_mentor("One more hint")}
    for priority, action in (templates | more).items():
        await given.published_playbook(
            a_playbook(name=f"P{priority}", actions=[action], limits={"priority": priority})
        )

    first = await engine.decide(people.developer)
    second = await engine.decide(people.developer)

    assert first.decision.titles == ["A fact", "A hint", "An offer"]
    assert second.decision.titles == []


@requirement("FR-7")
async def test_calls_at_the_same_time_share_one_quota(
    engine: EngineClient, people: People, given: Given
) -> None:
    """However many calls of an actor come at once, together they get no more than the quota."""
    await given.published_playbook()

    replies = await all_at_once(*(engine.decide(people.developer) for _ in range(8)))

    proposed = sum(len(reply.decision.actions) for reply in each_of(replies))
    assert 1 <= proposed <= PER_HOUR
    late = await engine.decide(people.developer)
    assert proposed + len(late.decision.actions) <= PER_HOUR


@requirement("FR-7")
async def test_what_policy_took_spends_no_quota(
    engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """An action that was filtered out spends nothing of the quota."""
    await policy.rules(restrictions=["multiplier"])
    offers = [a_multiplier(f"Offer {n}") for n in range(3)]
    await given.published_playbook(a_playbook(name="Offers", actions=offers, limits={"priority": 90}))
    facts = [a_mirror(f"Fact {n}") for n in range(3)]
    await given.published_playbook(a_playbook(name="Facts", actions=facts, limits={"priority": 10}))

    reply = await engine.decide(people.developer)

    assert sorted(reply.decision.titles) == ["Fact 0", "Fact 1", "Fact 2"]


@requirement("FR-7")
@parametrize(("limits", "shared"), ONCE.values(), ids=ONCE.keys())
async def test_a_playbooks_own_limit_holds(
    limits: dict[str, Any], *, shared: bool, engine: EngineClient, people: People, given: Given
) -> None:
    """A playbook's own limit silences that playbook after its turn, and no other."""
    limited = await given.published_playbook(a_playbook(name="Limited", limits=limits))
    free = await given.published_playbook(a_playbook(name="Free"))
    context = a_context(repo_id="repo-9")

    first = await engine.decide(people.developer, context=context)
    second = await engine.decide(people.developer, context=context)
    other = await engine.decide(people.another_developer(), context=context)

    everything = sorted([limited["playbook_id"], free["playbook_id"]])
    assert sorted(first.decision.playbooks) == everything
    assert second.decision.playbooks == [free["playbook_id"]]
    assert sorted(other.decision.playbooks) == ([free["playbook_id"]] if shared else everything)


@requirement("FR-7")
@parametrize("limit", ["max_per_actor_per_day", "max_per_repo_per_day"])
async def test_a_limit_of_none_means_none(limit: str, engine: EngineClient, given: Given) -> None:
    """A playbook with a limit of 0 a day never fires."""
    await given.published_playbook(a_playbook(name="Never", limits={limit: 0}))
    free = await given.published_playbook(a_playbook(name="Free"))

    reply = await engine.decide()

    assert reply.decision.playbooks == [free["playbook_id"]]


@requirement("FR-7", "UT-MMM-03")
async def test_a_playbooks_limit_holds_at_its_edge(
    engine: EngineClient, people: People, given: Given
) -> None:
    """A playbook that may fire twice a day for an actor fires twice, not once and not three times."""
    limited = await given.published_playbook(a_playbook(limits={"max_per_actor_per_day": 2}))

    replies = [await engine.decide(people.developer) for _ in range(3)]

    assert [reply.decision.playbooks for reply in each_of(replies)] == [
        [limited["playbook_id"]],
        [limited["playbook_id"]],
        [],
    ]


@requirement("FR-7", "NFR-2")
@parametrize(("limits", "shared"), ONCE.values(), ids=ONCE.keys())
async def test_calls_at_the_same_time_share_a_playbooks_limit(
    limits: dict[str, Any], *, shared: bool, engine: EngineClient, people: People, given: Given
) -> None:
    """However many calls come at once, a playbook that may fire once fires once.

    Per actor that is one actor's calls, per repository those of several.
    """
    limited = await given.published_playbook(a_playbook(name="Limited", limits=limits))
    context = a_context(repo_id="repo-9")
    callers = [people.another_developer() if shared else people.developer for _ in range(6)]

    replies = await all_at_once(*(engine.decide(caller, context=context) for caller in callers))

    fired = [playbook for reply in each_of(replies) for playbook in reply.decision.playbooks]
    assert fired == [limited["playbook_id"]]


@requirement("FR-7", "FR-14")
async def test_what_an_actor_refused_spends_no_quota(
    engine: EngineClient, people: People, given: Given
) -> None:
    """What was taken out by preferences or by the tenant's policy spends nothing of a quota."""
    await given.published_playbook(
        a_playbook(name="Hints", actions=[a_mentor(f"Hint {n}") for n in range(3)], limits={"priority": 90})
    )
    await given.published_playbook(
        a_playbook(
            name="Offers", actions=[a_multiplier(f"Offer {n}") for n in range(3)], limits={"priority": 80}
        )
    )
    await given.published_playbook(
        a_playbook(name="Facts", actions=[a_mirror(f"Fact {n}") for n in range(3)])
    )
    await given.preferences(opt_out_categories=["mentor"])
    await given.tenant_policy(enabled_action_types=["mirror", "mentor"])

    reply = await engine.decide(people.developer)

    assert sorted(reply.decision.titles) == ["Fact 0", "Fact 1", "Fact 2"]


@requirement("FR-7")
async def test_the_least_important_goes_where_not_all_fit(engine: EngineClient, given: Given) -> None:
    """Priorities are from 0 to 100, and what has 0 goes first where not all fit."""
    for priority in (0, 100, 1):
        action = a_mirror(f"Priority {priority}")
        playbook = a_playbook(name=f"P{priority}", actions=[action], limits={"priority": priority})
        await given.published_playbook(playbook)
    await given.tenant_policy(quotas={"max_actions_per_hour": 2, "max_actions_per_day": 9})

    reply = await engine.decide()

    assert reply.decision.titles == ["Priority 100", "Priority 1"]


@requirement("FR-7", "UT-MMM-03")
async def test_nothing_comes_again_after_a_few_seconds(engine: EngineClient, given: Given) -> None:
    """A cool-down of a minute is not over within seconds."""
    await given.published_playbook(a_playbook(limits={"cooldown_minutes": 1}))

    first = await engine.decide()
    later = await asked_until(
        engine.decide, lambda reply: len(reply.decision.actions) > 0, within=A_FEW_SECONDS
    )

    assert len(first.decision.actions) == 1
    assert later[-1].decision.titles == []

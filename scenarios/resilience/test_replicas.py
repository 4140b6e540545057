"""Two replicas behave as one: what one has done the other knows, and together they give no more than one."""

from __future__ import annotations

from harness.scenario import (
    CREATED,
    EngineClient,
    Given,
    People,
    World,
    a_mirror,
    a_multiplier,
    a_playbook,
    all_at_once,
    each_answered,
    each_of,
    own_world,
    requirement,
)

PER_HOUR = 3
AT_ONCE = 12


@requirement("NFR-2", "FR-14", "FR-3")
@own_world(replicas=2)
async def test_what_one_replica_was_told_the_other_knows_at_once(
    engine: EngineClient, people: People, given: Given, world: World
) -> None:
    """Playbooks, wishes and the tenant's policy hold from the next call on, whichever replica gets it.

    Calls go to the replicas in turn, so that each of two calls after a change meets another one.
    """
    playbook = await given.published_playbook(
        a_playbook(actions=[a_mirror("A fact"), a_multiplier("An offer")])
    )
    seen = []

    async def titles() -> list[list[str]]:
        replies = [await engine.decide(people.developer) for _ in world.engine_urls]
        return [sorted(reply.decision.titles) for reply in replies]

    await given.tenant_policy(quotas={"max_actions_per_hour": 50, "max_actions_per_day": 50})
    seen.append(await titles())
    await given.preferences(opt_out_categories=["multiplier"])
    seen.append(await titles())
    await given.tenant_policy(enabled_action_types=["multiplier"])
    seen.append(await titles())
    await given.preferences(opt_out_categories=[])
    seen.append(await titles())
    deleted = await engine.delete_playbook(playbook["playbook_id"])
    seen.append(await titles())

    assert len(world.engine_urls) == 2
    assert deleted.status == 204
    both = [["A fact", "An offer"], ["A fact"], [], ["An offer"], []]
    assert seen == [[one, one] for one in both]


@requirement("NFR-2", "FR-7")
@own_world(replicas=2)
async def test_replicas_share_one_quota_and_one_approval(
    engine: EngineClient, people: People, given: Given, world: World
) -> None:
    """However many calls come to both at once, no quota is exceeded, and one approval wins each step."""
    await given.published_playbook()
    others = people.elsewhere()
    action = (await given.decision_to_approve(others)).actions[0].string("action_id")

    decided = await all_at_once(*(engine.decide(people.developer) for _ in range(AT_ONCE)))
    approved = await all_at_once(*(engine.approve(action, by=others.developer) for _ in range(4)))
    late = await engine.decide(people.developer)

    assert len(world.engine_urls) == 2
    each_answered(decided, 200)
    proposed = sum(len(reply.decision.actions) for reply in each_of([*decided, late]))
    assert 1 <= proposed <= PER_HOUR
    assert sorted(reply.status for reply in each_of(approved)) == [200, 409, 409, 409]


@requirement("NFR-2", "FR-14")
@own_world(replicas=2)
async def test_first_changes_that_meet_two_replicas_all_stand(engine: EngineClient, people: People) -> None:
    """First changes of one actor that two replicas get at once make one record, and all stand."""
    for actor in each_of([people.another_developer() for _ in range(6)]):
        replies = await all_at_once(
            engine.update_preferences({"opt_out_categories": ["mentor"]}, actor),
            engine.update_preferences({"preferred_surfaces": ["ci"]}, actor),
        )
        after = [(await engine.read_preferences(actor)).object for _ in range(2)]

        each_answered(replies, CREATED)
        for told in each_of(after):
            assert told.strings("opt_out_categories") == ["mentor"]
            assert told.strings("preferred_surfaces") == ["ci"]
        assert after[0]["preference_id"] == after[1]["preference_id"]

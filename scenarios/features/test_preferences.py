"""Actors control what reaches them: categories and surfaces, from the next decision on."""

from __future__ import annotations

from typing import Any

from harness.scenario import (
    CREATED,
    EngineClient,
    Eris,
    Given,
    People,
    Policy,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    all_at_once,
    each_answered,
    each_of,
    parametrize,
    requirement,
)

EVERYWHERE = ["ide", "ci", "alert"]
# Where one change overtakes another is a matter of luck: each round has an actor of its own.
ROUNDS = 8
ONE_OF_EACH = {
    "mirror": a_mirror("A fact", surfaces=EVERYWHERE),
    "mentor": a_mentor("A hint", surfaces=EVERYWHERE),
    "multiplier": a_multiplier("An offer", surfaces=EVERYWHERE),
}
NO_PREFERENCES: dict[str, Any] = {
    "an unknown category": {"opt_out_categories": ["nudge"]},
    "an unknown surface": {"preferred_surfaces": ["ide", "mail"]},
    "no list": {"opt_out_categories": {"mirror": True}},
    "a list of no words": {"preferred_surfaces": [["ide"]]},
}


@requirement("FR-14")
async def test_who_has_said_nothing_is_open_to_everything(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Before an actor has said anything its preferences are the defaults: everything is allowed."""
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())))

    reply = await engine.read_preferences()
    decided = await engine.decide()

    assert reply.status == 200
    preferences = reply.object
    assert preferences["actor_id"] == people.developer.sub
    assert preferences["tenant_id"] == people.tenant
    assert preferences.strings("opt_out_categories") == []
    assert sorted(preferences.strings("preferred_surfaces")) in ([], sorted(EVERYWHERE))
    assert preferences["snooze_until"] is None
    assert sorted(decided.decision.types) == sorted(ONE_OF_EACH)


@requirement("FR-14")
async def test_a_change_of_a_part_leaves_the_rest(engine: EngineClient) -> None:
    """Preferences are created by the first change and changed in part; an empty list takes a wish back.

    Whether what creates them is 200 or 201 is the engine's choice.
    """
    changes = [
        await engine.update_preferences({"opt_out_categories": ["mentor", "mirror"]}),
        await engine.update_preferences({"preferred_surfaces": ["ci"]}),
    ]
    both = (await engine.read_preferences()).object
    changes.append(await engine.update_preferences({"opt_out_categories": []}))
    after = (await engine.read_preferences()).object

    each_answered(changes, CREATED, 200, 200)
    assert sorted(both.strings("opt_out_categories")) == ["mentor", "mirror"]
    assert both.strings("preferred_surfaces") == ["ci"]
    assert after.strings("opt_out_categories") == []
    assert after.strings("preferred_surfaces") == ["ci"]
    assert after["preference_id"] == both["preference_id"]


@requirement("FR-14")
async def test_every_category_and_surface_can_be_chosen(engine: EngineClient) -> None:
    """All categories and surfaces that there are can be chosen, are told again, and outlive a snooze."""
    all_of_them = {"opt_out_categories": list(ONE_OF_EACH), "preferred_surfaces": EVERYWHERE}

    chosen = await engine.update_preferences(all_of_them)
    snoozed = await engine.snooze({"until": "2090-03-02T10:15:00+01:00"})
    told = (await engine.read_preferences()).object
    taken_back = await engine.update_preferences({name: [] for name in all_of_them})

    each_answered([chosen, snoozed, taken_back], CREATED, CREATED, 200)
    assert {name: sorted(told.strings(name)) for name in all_of_them} == {
        name: sorted(values) for name, values in all_of_them.items()
    }
    after = (await engine.read_preferences()).object
    assert after.strings("opt_out_categories") == []
    assert sorted(after.strings("preferred_surfaces")) in ([], sorted(EVERYWHERE))


@requirement("FR-14")
async def test_changes_at_the_same_time_all_stand(engine: EngineClient, people: People) -> None:
    """First changes of one actor at the same instant make one record, and none loses another's part."""
    for actor in each_of([people.another_developer() for _ in range(ROUNDS)]):
        replies = await all_at_once(
            engine.update_preferences({"opt_out_categories": ["mentor"]}, actor),
            engine.update_preferences({"preferred_surfaces": ["ci"]}, actor),
            engine.snooze({"duration_hours": 2}, actor),
        )
        after = (await engine.read_preferences(actor)).object

        each_answered(replies, CREATED)
        assert after.strings("opt_out_categories") == ["mentor"]
        assert after.strings("preferred_surfaces") == ["ci"]
        assert after["snooze_until"] is not None


@requirement("FR-10", "FR-14")
@parametrize("category", list(ONE_OF_EACH))
async def test_a_category_that_an_actor_refused_is_not_proposed(
    category: str, engine: EngineClient, people: People, given: Given
) -> None:
    """Who opted out of a category gets the others from then on, until it opts in; nobody else is touched."""
    templates = list(ONE_OF_EACH.values())
    await given.published_playbook(a_playbook(actions=templates))
    await given.tenant_policy(quotas={"max_actions_per_hour": 30, "max_actions_per_day": 30})
    await given.preferences(opt_out_categories=[category])

    first = await engine.decide()
    await given.published_playbook(a_playbook(name="Later", actions=templates))
    second = await engine.decide()
    other = await engine.decide(people.another_developer())
    await given.preferences(opt_out_categories=[])
    again = await engine.decide()

    rest = sorted(set(ONE_OF_EACH) - {category})
    assert sorted(first.decision.types) == rest
    assert sorted(second.decision.types) == sorted(rest * 2)
    assert sorted(other.decision.types) == sorted(list(ONE_OF_EACH) * 2)
    assert sorted(again.decision.types) == sorted(list(ONE_OF_EACH) * 2)


@requirement("FR-14", "FR-8")
async def test_preferred_surfaces_narrow(engine: EngineClient, people: People, given: Given) -> None:
    """An action goes to the preferred ones of its surfaces; one that has none of them is not proposed."""
    everywhere = a_mirror("Everywhere", surfaces=EVERYWHERE)
    elsewhere = a_mirror("Elsewhere", surfaces=["alert"])
    await given.published_playbook(a_playbook(actions=[everywhere, elsewhere]))
    await given.preferences(preferred_surfaces=["ci", "ide"])

    choosy = await engine.decide()
    other = await engine.decide(people.another_developer())

    assert choosy.decision.titles == ["Everywhere"]
    assert sorted(choosy.decision.actions[0].strings("surfaces")) == ["ci", "ide"]
    assert sorted(other.decision.titles) == ["Elsewhere", "Everywhere"]


@requirement("FR-14", "FR-11")
async def test_preferences_never_widen(engine: EngineClient, given: Given, policy: Policy) -> None:
    """What policy or the tenant's policy took away, no preference brings back."""
    await policy.rules(restrictions=["multiplier"])
    await given.tenant_policy(enabled_surfaces=["ci"])
    hint = a_mentor("A hint", surfaces=["ide"])
    await given.published_playbook(a_playbook(actions=[hint, *list(ONE_OF_EACH.values())[::2]]))

    before = await engine.decide()
    await given.preferences(opt_out_categories=[], preferred_surfaces=["ide", "ci"])
    after = await engine.decide()

    for reply in (before, after):
        assert reply.decision.titles == ["A fact"]
        assert reply.decision.actions[0].strings("surfaces") == ["ci"]


@requirement("FR-14", "NFR-4")
@parametrize("body", NO_PREFERENCES.values(), ids=NO_PREFERENCES.keys())
async def test_unknown_words_are_refused_and_change_nothing(
    body: dict[str, Any], engine: EngineClient, given: Given
) -> None:
    """Categories and surfaces that nobody knows are 422, and what was said before still holds."""
    await given.preferences(opt_out_categories=["mentor"], preferred_surfaces=["ci"])

    refused = await engine.update_preferences(body)

    after = (await engine.read_preferences()).object
    assert refused.status == 422
    assert after.strings("opt_out_categories") == ["mentor"]
    assert after.strings("preferred_surfaces") == ["ci"]


@requirement("FR-14", "NFR-7")
async def test_an_actors_preferences_are_its_own(engine: EngineClient, people: People, given: Given) -> None:
    """Only the actor itself and its tenant's admins read and write its preferences; others get 403."""
    await given.preferences(opt_out_categories=["mentor"])
    me = people.developer
    replies = []

    for outsider in (
        people.another_developer(),
        people.ci_bot,
        people.approver,
        people.someone("similar", roles=("not_mmm_admin", "mmm_admin_readonly")),
    ):
        replies += [
            await engine.read_preferences(outsider, of=me),
            await engine.update_preferences({"opt_out_categories": []}, outsider, of=me),
            await engine.snooze({"duration_hours": 1}, outsider, of=me),
        ]
    admins = [await engine.read_preferences(one, of=me) for one in (people.admin, people.tenant_admin)]

    each_answered(replies, 403)
    each_answered(admins, 200)
    for reply in admins:
        assert reply.object.strings("opt_out_categories") == ["mentor"]
        assert reply.object["snooze_until"] is None


@requirement("NFR-5", "FR-14")
async def test_the_same_actor_id_in_another_tenant_is_another_actor(
    engine: EngineClient, people: People, given: Given
) -> None:
    """An admin who names an actor of the same id sees and changes its own tenant's, never the other."""
    others = people.elsewhere()
    await given.preferences(opt_out_categories=["mentor"])

    seen = await engine.read_preferences(others.admin, of=people.developer)
    changed = await engine.update_preferences(
        {"preferred_surfaces": ["ci"]}, others.admin, of=people.developer
    )

    mine = (await engine.read_preferences()).object
    assert seen.status == 200
    assert seen.object["tenant_id"] == others.tenant
    assert seen.object.strings("opt_out_categories") == []
    assert changed.status in CREATED
    assert mine.strings("opt_out_categories") == ["mentor"]
    assert mine.strings("preferred_surfaces") != ["ci"]


@requirement("FR-12")
async def test_an_actors_own_preferences_leave_no_receipt_and_an_admins_hand_does(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """An actor's own changes leave no receipt; an admin's change leaves one, with before and after.

    Where in `result` before and after are, and how much of them is redacted, is the engine's choice.
    """
    own = [
        await engine.update_preferences({"opt_out_categories": ["mentor"]}),
        await engine.snooze({"duration_hours": 1}),
        await engine.read_preferences(),
    ]
    anothers = [
        await engine.update_preferences({"opt_out_categories": []}, people.admin, of=people.developer),
        await engine.snooze({"duration_hours": 2}, people.admin, of=people.developer),
        await engine.read_preferences(people.admin, of=people.developer),
    ]

    each_answered(own + anothers, CREATED, 200, 200, 200, 200, 200)
    receipts = await eris.settled(given, due=2)
    assert [receipt.kind for receipt in receipts] == ["admin", "admin"]
    for receipt in receipts:
        assert {"before", "after"} <= receipt.object("result").members


@requirement("FR-14", "FR-10")
async def test_a_wish_that_is_taken_back_is_none(engine: EngineClient, people: People, given: Given) -> None:
    """Who prefers no surface and refuses no category any more gets what those get who never spoke."""
    await given.published_playbook(a_playbook(actions=list(ONE_OF_EACH.values())))
    await given.tenant_policy(quotas={"max_actions_per_hour": 30, "max_actions_per_day": 30})
    await given.preferences(opt_out_categories=["mentor"], preferred_surfaces=["ci"])

    choosy = await engine.decide()
    await given.preferences(opt_out_categories=[], preferred_surfaces=[])
    open_again = await engine.decide()
    other = await engine.decide(people.another_developer())

    assert sorted(choosy.decision.types) == ["mirror", "multiplier"]
    for reply in (open_again, other):
        shown = [sorted(action.strings("surfaces")) for action in reply.decision.actions]
        assert sorted(reply.decision.types) == sorted(ONE_OF_EACH)
        assert shown == [sorted(EVERYWHERE)] * len(ONE_OF_EACH)

"""Whatever a playbook may say is kept, told again, and may be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.scenario import (
    CREATED,
    EngineClient,
    Given,
    People,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    each_answered,
    each_of,
    parametrize,
    requirement,
)

if TYPE_CHECKING:
    from harness.scenario import Object

EVERYWHERE = ["ide", "ci", "alert"]
CONDITIONS = ("role", "branch", "repo", "actor_type", "environment")
SEVERITIES = ("info", "warn", "high", "critical")
MOST: dict[str, Any] = {
    "name": "Everything",
    "description": "Says all that a playbook may say.",
    "owner": "team-build",
    "triggers": [
        {"event_type": "build.failed", "source": "ci", "severity": severity, "actor_roles": ["developer"]}
        for severity in SEVERITIES
    ]
    + [{"event_type": "risk.alert"}],
    "conditions": [{"type": kind, "value": f"some-{kind}"} for kind in CONDITIONS],
    "actions": [
        a_mirror("Shown", surfaces=EVERYWHERE, requires_consent=True, requires_dual_channel=True),
        a_mentor("Suggested", surfaces=EVERYWHERE, requires_consent=False, requires_dual_channel=False),
        a_multiplier("Offered", surfaces=EVERYWHERE, llm_prompt="Offer {actor} to rerun {event} in {repo}."),
    ],
    "limits": {
        "priority": 50,
        "max_per_actor_per_day": 5,
        "max_per_repo_per_day": 20,
        "cooldown_minutes": 1,
        "quiet_hours": {"start": 22, "end": 6},
    },
}
LEAST: dict[str, Any] = {
    "name": "Least",
    "triggers": [],
    "conditions": [],
    "actions": [a_mirror("Shown")],
    "limits": {},
}


def says(playbook: Object, sent: dict[str, Any]) -> None:
    """Claim that a listed playbook says what was sent, in any order; it may say more."""
    conditions = playbook.objects("conditions")
    told = zip(conditions.pluck("type"), conditions.pluck("value"), strict=True)
    assert sorted(told) == sorted((each["type"], each["value"]) for each in sent["conditions"])
    assert playbook["name"] == sent["name"]
    assert sorted(
        (action["type"], sorted(action.strings("surfaces")), action.object("payload")["title"])
        for action in playbook.objects("actions")
    ) == sorted(
        (action["type"], sorted(action["surfaces"]), action["payload"]["title"]) for action in sent["actions"]
    )
    assert len(playbook.objects("triggers")) == len(sent["triggers"])
    limits = playbook.object("limits")
    assert {name: limits[name] for name in sent["limits"]} == sent["limits"]


@requirement("FR-3")
async def test_all_that_a_playbook_says_is_kept(engine: EngineClient) -> None:
    """A playbook that says all it may, and one that says the least, are listed as they were written."""
    written = [await engine.create_playbook(a_playbook(**content)) for content in (MOST, LEAST)]

    listed = await engine.own_playbooks()

    for reply in each_of(written):
        assert reply.status in CREATED
    for content in (MOST, LEAST):
        says(next(each for each in listed if each["name"] == content["name"]), content)


@requirement("FR-3")
async def test_all_that_a_playbook_says_may_be_changed(engine: EngineClient, given: Given) -> None:
    """A playbook that said the least says everything after a change, and the other way round."""
    for before, after in each_of([(LEAST, MOST), (MOST, LEAST)]):
        draft = await given.draft_playbook(a_playbook(**before))

        changed = await engine.update_playbook(draft["playbook_id"], after)
        published = await engine.publish_playbook(draft["playbook_id"])

        assert changed.status == 200
        assert published.status == 200
        listed = await engine.own_playbooks(status="published")
        says(next(each for each in listed if each["playbook_id"] == draft["playbook_id"]), after)


@requirement("FR-3")
async def test_a_playbook_of_a_name_and_actions_is_completed_or_refused(
    engine: EngineClient, given: Given
) -> None:
    """A playbook that says nothing but its name and actions is kept as a whole one, or refused with 422."""
    await given.draft_playbook(a_playbook(name="Whole"))

    reply = await engine.create_playbook({"name": "Least", "actions": LEAST["actions"]})

    assert reply.status in {*CREATED, 422}
    listed = await engine.own_playbooks()
    assert "Whole" in listed.pluck("name")
    kept = listed.where_each(lambda each: each["name"] == "Least")
    assert len(kept) == (0 if reply.status == 422 else 1)
    for playbook in kept:
        says(playbook, LEAST)


# What may be changed of a playbook that fires, so that it does not fire any more, or with another action.
CHANGES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "actions": ({"actions": [a_mirror("After")]}, ["After"]),
    "triggers": ({"triggers": [{"event_type": "never.sent"}]}, []),
    "conditions": ({"conditions": [{"type": "branch", "value": "no-such-branch"}]}, []),
    "limits": ({"limits": {"max_per_actor_per_day": 0}}, []),
}


@requirement("FR-3")
@parametrize(("change", "then"), CHANGES.values(), ids=CHANGES.keys())
async def test_each_part_of_what_is_published_changes_only_when_that_is_published(
    change: dict[str, Any], then: list[str], engine: EngineClient, people: People, given: Given
) -> None:
    """What is published is never altered in place: a change of any part waits until it is published."""
    playbook = await given.published_playbook(a_playbook(actions=[a_mirror("Before")]))

    changed = await engine.update_playbook(playbook["playbook_id"], change)
    meanwhile = await engine.decide(people.another_developer())
    published = await engine.publish_playbook(playbook["playbook_id"])
    afterwards = await engine.decide(people.another_developer())

    each_answered([changed, published], 200)
    assert meanwhile.decision.titles == ["Before"]
    assert afterwards.decision.titles == then

"""Playbooks are versioned: draft, then published, then deprecated; only published ones fire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from harness.scenario import (
    CANONICAL,
    CREATED,
    SEMVER,
    WITH_OFFSET,
    EngineClient,
    Given,
    Names,
    People,
    a_mirror,
    a_playbook,
    all_at_once,
    each_answered,
    each_of,
    eventually,
    moment,
    parametrize,
    requirement,
)


@requirement("FR-3")
async def test_a_new_playbook_is_a_draft_and_complete(engine: EngineClient, names: Names) -> None:
    """A created playbook is a draft of the caller's tenant, with id, version, times and all that was sent."""
    sent = a_playbook(
        name=names.canary(),
        owner="platform team",
        triggers=[{"event_type": "build.failed", "severity": "high"}],
        conditions=[{"type": "branch", "value": "main"}],
        limits={"priority": 40, "cooldown_minutes": 10},
    )

    created = await engine.create_playbook(sent)

    assert created.status in CREATED
    playbook = created.object
    assert playbook["status"] == "draft"
    assert playbook["tenant_id"] == engine.people.tenant
    assert CANONICAL.fullmatch(playbook.string("playbook_id"))
    assert SEMVER.fullmatch(playbook.string("version"))
    assert WITH_OFFSET.fullmatch(playbook.string("created_at"))
    assert WITH_OFFSET.fullmatch(playbook.string("updated_at"))
    assert playbook["name"] == sent["name"]
    assert playbook["owner"] == sent["owner"]
    listed = await engine.own_playbooks()
    assert listed.pluck("playbook_id") == [playbook["playbook_id"]]
    assert listed[0]["name"] == sent["name"]


@requirement("FR-3")
async def test_what_is_the_engines_to_set_a_body_cannot_set(engine: EngineClient, names: Names) -> None:
    """Id, tenant, status and times are the engine's: in a body they are refused or ignored."""
    claims = {
        "playbook_id": names.uuid(),
        "tenant_id": names.tenant(),
        "status": "published",
        "created_at": "2001-01-01T00:00:00Z",
    }

    plain = await engine.create_playbook(a_playbook(name="Plain"))
    claiming = await engine.create_playbook(a_playbook(name="Claiming") | claims)

    assert plain.status in CREATED
    assert claiming.status in {*CREATED, 403, 422}
    listed = await engine.own_playbooks()
    for playbook in each_of(listed):
        assert playbook["tenant_id"] == engine.people.tenant
        assert playbook["status"] == "draft"
        assert playbook["playbook_id"] != claims["playbook_id"]
        assert playbook["created_at"] != claims["created_at"]


@requirement("FR-3", "UT-MMM-01")
async def test_only_published_playbooks_fire(engine: EngineClient, given: Given) -> None:
    """A draft never fires, a published playbook does, a deprecated one never again."""
    await given.draft_playbook(a_playbook(name="Draft"))
    published = await given.published_playbook(a_playbook(name="Published"))
    await given.deprecated_playbook(a_playbook(name="Deprecated"))

    reply = await engine.decide()

    assert reply.decision.playbooks == [published["playbook_id"]]


@requirement("FR-3", "UT-MMM-01")
async def test_a_tenants_first_playbook_fires_at_once(engine: EngineClient, people: People) -> None:
    """Where a tenant had no playbook when it last asked, the first one that is published fires all the same.

    So does what a change of it published since: playbooks are always as last written.
    """
    before = await engine.decide(people.another_developer())

    created = await engine.create_playbook(a_playbook())
    playbook = created.object.string("playbook_id")
    published = await engine.publish_playbook(playbook)
    first = await engine.decide(people.another_developer())
    deleted = await engine.delete_playbook(playbook)
    last = await engine.decide(people.another_developer())

    each_answered([before, created, published, first, deleted, last], 200, CREATED, 200, 200, 204, 200)
    assert [reply.decision.playbooks for reply in (before, first, last)] == [[], [playbook], []]


@requirement("FR-3")
async def test_publishing_again_is_harmless(engine: EngineClient, given: Given) -> None:
    """Publishing a published playbook again succeeds, and it still fires once."""
    playbook = await given.published_playbook()
    before = await given.decision_with_actions(engine.people.another_developer())

    again = await engine.publish_playbook(playbook["playbook_id"])
    decided = await engine.decide(engine.people.another_developer())

    assert again.status == 200
    assert decided.decision.playbooks == [playbook["playbook_id"]]
    assert decided.decision.actions[0]["playbook_version"] == before.actions[0]["playbook_version"]
    published = await engine.own_playbooks(status="published")
    assert published.pluck("playbook_id") == [playbook["playbook_id"]]


@requirement("FR-3")
async def test_a_published_version_goes_on_firing_until_the_next_is_published(
    engine: EngineClient, given: Given
) -> None:
    """A changed playbook is a draft under the same id; the published version fires until that is published.

    What the two calls answer besides 200, and how versions are numbered, is the engine's choice.
    """
    playbook = await given.published_playbook(a_playbook(actions=[a_mirror("Before")]))
    identity = playbook["playbook_id"]

    before = await engine.decide(engine.people.another_developer())
    changed = await engine.update_playbook(identity, {"actions": [a_mirror("After")]})
    meanwhile = await engine.decide(engine.people.another_developer())
    published = await engine.publish_playbook(identity)
    afterwards = await engine.decide(engine.people.another_developer())

    each_answered([changed, published], 200)
    decisions = [reply.decision for reply in (before, meanwhile, afterwards)]
    assert [decision.titles for decision in decisions] == [["Before"], ["Before"], ["After"]]
    assert [decision.playbooks for decision in decisions] == [[identity]] * 3
    first, same, second = (decision.actions[0]["playbook_version"] for decision in decisions)
    assert same == first
    assert second != first


@requirement("FR-3")
async def test_an_update_is_partial(engine: EngineClient, given: Given) -> None:
    """What an update does not name stays as it was."""
    limits = {"priority": 40, "max_per_actor_per_day": 2, "quiet_hours": {"start": 1, "end": 2}}
    parts = {"owner": "platform team", "limits": limits, "triggers": [{"severity": "high"}]}
    draft = await given.draft_playbook(a_playbook(name="Old name", **parts))

    updated = await engine.update_playbook(draft["playbook_id"], {"name": "New name"})

    assert updated.status == 200
    listed = await engine.own_playbooks()
    assert listed.pluck("name") == ["New name"]
    for member in each_of(["owner", "description", "actions", "triggers", "conditions", "limits"]):
        assert listed[0][member] == draft[member]
    assert {name: listed[0].object("limits")[name] for name in limits} == limits


@requirement("FR-3")
async def test_a_deleted_playbook_is_deprecated_and_never_comes_back(
    engine: EngineClient, given: Given
) -> None:
    """Deleting deprecates: the playbook stays on record and never fires again, published or changed.

    Whether what is deprecated may still be changed is the engine's choice.
    """
    playbook = await given.published_playbook()
    fired = await engine.decide(engine.people.another_developer())

    deleted = await engine.delete_playbook(playbook["playbook_id"])
    await engine.publish_playbook(playbook["playbook_id"])
    deprecated = await engine.own_playbooks(status="deprecated")
    await engine.update_playbook(playbook["playbook_id"], {"name": "Renamed"})
    await engine.publish_playbook(playbook["playbook_id"])

    assert fired.decision.playbooks == [playbook["playbook_id"]]
    assert deleted.status == 204
    decided = await engine.decide(engine.people.another_developer())
    assert decided.decision.playbooks == []
    assert deprecated.pluck("playbook_id") == [playbook["playbook_id"]]


@requirement("FR-3")
@parametrize("status", ["draft", "published", "deprecated"])
async def test_the_list_can_be_narrowed_to_a_status(status: str, engine: EngineClient, given: Given) -> None:
    """`status` filters the list of playbooks."""
    made = {
        "draft": await given.draft_playbook(a_playbook(name="Draft")),
        "published": await given.published_playbook(a_playbook(name="Published")),
        "deprecated": await given.deprecated_playbook(a_playbook(name="Deprecated")),
    }

    listed = await engine.own_playbooks(status=status)

    assert listed.pluck("playbook_id") == [made[status]["playbook_id"]]
    assert listed.pluck("status") == [status]


@requirement("FR-3")
async def test_the_list_comes_in_pages(engine: EngineClient, given: Given) -> None:
    """`limit` and `offset` page through the list without gap or repetition."""
    made = [(await given.draft_playbook(a_playbook(name=f"Playbook {n}")))["playbook_id"] for n in range(3)]

    pages = [await engine.own_playbooks(limit="2", offset=offset) for offset in ("0", "2", "4")]

    found = [page.pluck("playbook_id") for page in pages]
    assert max(len(page) for page in found) <= 2
    assert sorted(found[0] + found[1] + found[2]) == sorted(made)


@requirement("FR-3")
@parametrize("change", ["update", "publish", "delete"])
async def test_a_playbook_that_nobody_made_cannot_be_changed(
    change: str, engine: EngineClient, names: Names
) -> None:
    """Changing a playbook that does not exist is 404."""
    nowhere = names.uuid()

    if change == "update":
        reply = await engine.update_playbook(nowhere, {"name": "Renamed"})
    elif change == "publish":
        reply = await engine.publish_playbook(nowhere)
    else:
        reply = await engine.delete_playbook(nowhere)

    assert reply.status == 404
    assert reply.error_code


@requirement("FR-3", "NFR-4")
@parametrize(
    "query", [{"limit": "0"}, {"limit": "-1"}, {"limit": "1000000"}, {"offset": "-1"}, {"limit": "ten"}]
)
async def test_an_odd_page_is_clamped_or_refused(
    query: dict[str, str], engine: EngineClient, given: Given
) -> None:
    """An odd `limit` or `offset` is clamped or refused with 422, never a crash."""
    made = await given.draft_playbook()

    reply = await engine.list_playbooks(None, **query)

    assert reply.status in {200, 422}
    if reply.status == 200:
        assert reply.objects.pluck("playbook_id") in ([], [made["playbook_id"]])
    assert len(await engine.own_playbooks(limit="1", offset="0")) == 1


@requirement("FR-3", "NFR-2")
async def test_publishing_at_the_same_time_publishes_once(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Many publish calls at the same instant make one published playbook, which fires once a decision."""
    draft = await given.draft_playbook()
    identity = draft.string("playbook_id")

    replies = await all_at_once(*(engine.publish_playbook(identity) for _ in range(5)))
    decided = await engine.decide(people.developer)

    each_answered(replies, 200)
    assert decided.decision.playbooks == [identity]
    assert (await engine.own_playbooks(status="published")).pluck("playbook_id") == [identity]


@requirement("FR-3", "FR-13")
async def test_changes_of_a_playbook_at_the_same_time_all_stand(engine: EngineClient, given: Given) -> None:
    """Of two changes of different parts at the same instant each that was taken stands afterwards.

    An engine may refuse one with 409, since the other came first.
    """
    draft = await given.draft_playbook()
    identity = draft.string("playbook_id")

    changes = {"name": "Renamed", "owner": "platform team"}

    replies = await all_at_once(
        *(engine.update_playbook(identity, {part: value}) for part, value in changes.items())
    )

    each_answered(replies, (200, 409))
    taken = [part for part, reply in zip(changes, replies, strict=True) if reply.status == 200]
    (after,) = await engine.own_playbooks()
    assert {part: after[part] for part in each_of(taken)} == {part: changes[part] for part in taken}


@requirement("FR-3", "UT-MMM-01")
async def test_what_is_deleted_while_it_is_being_changed_fires_no_more(
    engine: EngineClient, given: Given
) -> None:
    """A published playbook that is deleted with a draft of its next version never fires again."""
    playbook = await given.published_playbook(a_playbook(actions=[a_mirror("Before")]))
    identity = playbook.string("playbook_id")

    changed = await engine.update_playbook(identity, {"actions": [a_mirror("After")]})
    meanwhile = await engine.decide(engine.people.another_developer())
    deleted = await engine.delete_playbook(identity)
    afterwards = await engine.decide(engine.people.another_developer())

    each_answered([changed, deleted], 200, 204)
    assert meanwhile.decision.titles == ["Before"]
    assert afterwards.decision.titles == []
    assert (await engine.own_playbooks(status="published")).pluck("playbook_id") == []


@requirement("FR-3", "FR-13")
async def test_a_change_is_told_by_its_time(engine: EngineClient, given: Given) -> None:
    """A change moves `updated_at` and leaves `created_at` as it was.

    Whether times have fractions of a second is the engine's choice, so the change waits for the next one.
    """
    draft = await given.draft_playbook()
    created = draft.string("created_at")
    told = moment(draft.string("updated_at"))

    async def a_second_later() -> bool:
        return datetime.now(UTC) > told + timedelta(seconds=1.1)

    await eventually(a_second_later, 4.0)
    changed = await engine.update_playbook(draft["playbook_id"], {"name": "Renamed"})

    assert changed.status == 200
    after = (await engine.own_playbooks())[0]
    assert after["created_at"] == created
    assert moment(after.string("updated_at")) > told

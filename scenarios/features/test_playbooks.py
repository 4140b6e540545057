"""Playbooks are versioned: draft, then published, then deprecated; only published ones fire."""

from __future__ import annotations

from harness.scenario import (
    CANONICAL,
    CREATED,
    SEMVER,
    WITH_OFFSET,
    EngineClient,
    Given,
    Names,
    a_mirror,
    a_playbook,
    each_answered,
    each_of,
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
    draft = await given.draft_playbook(a_playbook(name="Old name", owner="platform team"))

    updated = await engine.update_playbook(draft["playbook_id"], {"name": "New name"})

    assert updated.status == 200
    listed = await engine.own_playbooks()
    assert listed.pluck("name") == ["New name"]
    for member in each_of(["owner", "actions", "triggers", "conditions"]):
        assert listed[0][member] == draft[member]


@requirement("FR-3")
async def test_a_deleted_playbook_is_deprecated_and_never_comes_back(
    engine: EngineClient, given: Given
) -> None:
    """Deleting deprecates: the playbook stays on record, fires no more, and cannot be published again."""
    playbook = await given.published_playbook()
    fired = await engine.decide(engine.people.another_developer())

    deleted = await engine.delete_playbook(playbook["playbook_id"])
    await engine.publish_playbook(playbook["playbook_id"])

    assert fired.decision.playbooks == [playbook["playbook_id"]]
    assert deleted.status == 204
    decided = await engine.decide(engine.people.another_developer())
    assert decided.decision.playbooks == []
    deprecated = await engine.own_playbooks(status="deprecated")
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

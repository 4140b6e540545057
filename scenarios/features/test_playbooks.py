"""Playbooks are versioned: draft, then published, then deprecated; only published ones fire."""

from __future__ import annotations

import re
from typing import Any

from harness.scenario import (
    ABSENT,
    CREATED,
    EngineClient,
    Given,
    Names,
    a_mirror,
    a_playbook,
    each_of,
    parametrize,
    requirement,
)

CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEMVER = re.compile(r"\d+\.\d+\.\d+([-+].+)?")
WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _payload(**parts: str) -> dict[str, str]:
    return {"title": "A fact", "body": "Two tests fail."} | parts


# What is wrong, and a word that the refusal must say.
INVALID: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": ABSENT}, "name"),
    "empty name": ({"name": ""}, "name"),
    "name too long": ({"name": "n" * 201}, "name"),
    "name of another type": ({"name": ["a", "b"]}, "name"),
    "no actions": ({"actions": ABSENT}, "actions"),
    "empty actions": ({"actions": []}, "actions"),
    "unknown action type": ({"actions": [a_mirror(type="order")]}, "type"),
    "unknown surface": ({"actions": [a_mirror(surfaces=["ide", "wall"])]}, "surfaces"),
    "no surface": ({"actions": [a_mirror(surfaces=[])]}, "surfaces"),
    "title too long": ({"actions": [a_mirror(payload=_payload(title="t" * 201))]}, "title"),
    "empty title": ({"actions": [a_mirror(payload=_payload(title=""))]}, "title"),
    "body too long": ({"actions": [a_mirror(payload=_payload(body="b" * 4001))]}, "body"),
    "empty body": ({"actions": [a_mirror(payload=_payload(body=""))]}, "body"),
    "unknown severity": ({"triggers": [{"severity": "panic"}]}, "severity"),
    "priority too high": ({"limits": {"priority": 101}}, "priority"),
    "negative priority": ({"limits": {"priority": -1}}, "priority"),
    "negative limit": ({"limits": {"max_per_actor_per_day": -1}}, "max_per_actor_per_day"),
    "negative cool-down": ({"limits": {"cooldown_minutes": -5}}, "cooldown_minutes"),
    "no such hour": ({"limits": {"quiet_hours": {"start": 22, "end": 24}}}, "quiet_hours"),
}


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
    """Id, tenant, status and version are the engine's: in a body they are refused or ignored."""
    claims = {
        "playbook_id": names.uuid(),
        "tenant_id": names.tenant(),
        "status": "published",
        "version": "99.0.0",
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
        assert playbook["version"] != claims["version"]
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

    again = await engine.publish_playbook(playbook["playbook_id"])

    assert again.status == 200
    assert again.object["status"] == "published"
    assert again.object["version"] == playbook["version"]
    decided = await engine.decide()
    assert decided.decision.playbooks == [playbook["playbook_id"]]


@requirement("FR-3")
async def test_a_published_version_goes_on_firing_until_the_next_is_published(
    engine: EngineClient, given: Given
) -> None:
    """A changed playbook is a draft under the same id; the published version fires until then."""
    before = a_playbook(actions=[a_mirror("Before")])
    playbook = await given.published_playbook(before)
    identity = playbook["playbook_id"]

    changed = await engine.update_playbook(identity, {"actions": [a_mirror("After")]})
    meanwhile = await engine.decide(engine.people.another_developer())
    published = await engine.publish_playbook(identity)
    afterwards = await engine.decide(engine.people.another_developer())

    assert changed.status == 200
    assert changed.object["playbook_id"] == identity
    assert changed.object["status"] == "draft"
    assert changed.object["version"] != playbook["version"]
    assert meanwhile.decision.titles == ["Before"]
    assert meanwhile.decision.actions[0]["playbook_version"] == playbook["version"]
    assert published.status == 200
    assert afterwards.decision.titles == ["After"]
    assert afterwards.decision.actions[0]["playbook_version"] == changed.object["version"]


@requirement("FR-3")
async def test_an_update_is_partial(engine: EngineClient, given: Given) -> None:
    """What an update does not name stays as it was."""
    draft = await given.draft_playbook(a_playbook(name="Old name", owner="platform team"))

    updated = await engine.update_playbook(draft["playbook_id"], {"name": "New name"})

    assert updated.status == 200
    assert updated.object["name"] == "New name"
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

    pages = [await engine.own_playbooks(limit="2", offset=offset) for offset in ("0", "2")]

    found = [page.pluck("playbook_id") for page in pages]
    assert [len(page) for page in found] == [2, 1]
    assert sorted(found[0] + found[1]) == sorted(made)


@requirement("FR-3", "NFR-4")
@parametrize(("parts", "named"), INVALID.values(), ids=INVALID.keys())
async def test_an_invalid_playbook_is_refused(
    parts: dict[str, Any], named: str, engine: EngineClient, given: Given
) -> None:
    """An invalid playbook is refused with 422 that names the field, and is not kept."""
    await given.draft_playbook(a_playbook(name="Good"))

    refused = await engine.create_playbook(a_playbook(**parts))

    assert refused.status == 422
    assert any(field in refused.error.text for field in each_of([named, *parts]))
    assert (await engine.own_playbooks()).pluck("name") == ["Good"]


@requirement("FR-3", "NFR-4")
@parametrize(
    "parts",
    [parts for parts, _ in INVALID.values() if ABSENT not in parts.values()],
    ids=[name for name, (parts, _) in INVALID.items() if ABSENT not in parts.values()],
)
async def test_no_update_makes_a_playbook_invalid(
    parts: dict[str, Any], engine: EngineClient, given: Given
) -> None:
    """An update that would make a playbook invalid is refused with 422, and the playbook stays as it was."""
    good = await given.draft_playbook()

    refused = await engine.update_playbook(good["playbook_id"], parts)

    assert refused.status == 422
    kept = (await engine.own_playbooks())[0]
    assert {name: kept[name] for name in parts} == {name: good[name] for name in parts}


@requirement("FR-3", "NFR-4")
async def test_the_limits_themselves_are_allowed(engine: EngineClient) -> None:
    """A playbook at every limit is accepted, published, and breaks no decision."""
    widest = a_playbook(
        name="ñ" * 200,
        actions=[
            a_mirror(
                "t" * 200, surfaces=["ide", "ci", "alert"], payload={"title": "t" * 200, "body": "b" * 4000}
            )
        ],
        limits={
            "priority": 100,
            "max_per_actor_per_day": 1,
            "max_per_repo_per_day": 1,
            "cooldown_minutes": 0,
            "quiet_hours": {"start": 0, "end": 0},
        },
    )

    created = await engine.create_playbook(widest)
    published = await engine.publish_playbook(created.object.string("playbook_id"))
    decided = await engine.decide()

    assert created.status in CREATED
    assert published.status == 200
    assert decided.decision.titles == ["t" * 200]
    assert len(decided.decision.actions[0].object("payload").string("body")) == 4000


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

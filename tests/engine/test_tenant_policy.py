"""Sections 4, 5.3.8 and 5.3.10: what a tenant lets its actors see."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.engine.house import action, talking

if TYPE_CHECKING:
    import httpx

    from tests.engine.house import Engine, Place, Talk

CONFIG = "GET /v1/data-governance/tenants/{tenant_id}/config"
DEFAULTS: dict[str, Any] = {
    "enabled_surfaces": ["ide", "ci", "alert"],
    "enabled_action_types": ["mirror", "mentor", "multiplier"],
    "quotas": {"max_actions_per_hour": 3, "max_actions_per_day": 10},
    "quiet_hours": None,
    "safety_critical": False,
}


def path(talk: Talk) -> str:
    return f"/tenants/{quote(talk.tenant, safe='')}/policy"


async def put(talk: Talk, body: Any) -> httpx.Response:
    return await talk.admin("PUT", path(talk), body)


async def held(talk: Talk) -> dict[str, Any]:
    reply = await talk.admin("GET", path(talk))
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def terms(policy: dict[str, Any]) -> dict[str, Any]:
    return {name: policy[name] for name in DEFAULTS}


async def everything(talk: Talk) -> None:
    await talk.publish(
        *(action(one, surfaces=["ide", "ci", "alert"]) for one in ("mirror", "mentor", "multiplier"))
    )


async def test_before_anything_is_said_the_defaults_hold(any_talk: Talk) -> None:
    found = await held(any_talk)

    assert terms(found) == DEFAULTS
    assert found["tenant_id"] == any_talk.tenant
    assert str(UUID(found["policy_id"])) == found["policy_id"]


async def test_what_is_said_is_kept_and_the_rest_stays(any_talk: Talk) -> None:
    first = await put(any_talk, {"quotas": {"max_actions_per_day": 5}, "safety_critical": True})
    second = await put(any_talk, {"enabled_surfaces": [], "quiet_hours": {"start": 0, "end": 23}})
    third = await put(any_talk, {"quotas": {"max_actions_per_hour": 10**30}, "quiet_hours": None})

    assert [one.status_code for one in (first, second, third)] == [200, 200, 200]
    assert second.json()["quiet_hours"] == {"start": 0, "end": 23}
    assert third.json() == await held(any_talk)
    assert terms(third.json()) == {
        **DEFAULTS,
        "enabled_surfaces": [],
        "quotas": {"max_actions_per_hour": 2**53 - 1, "max_actions_per_day": 5},
        "safety_critical": True,
    }
    policy_id = third.json()["policy_id"]
    assert policy_id == str(UUID(policy_id)) == first.json()["policy_id"]


async def test_concurrent_first_changes_make_one_record_and_all_stand(any_talk: Talk) -> None:
    bodies = [
        {"quotas": {"max_actions_per_hour": 7}},
        {"quotas": {"max_actions_per_day": 8}},
        {"enabled_surfaces": ["ci"]},
        {"safety_critical": True},
    ]

    replies = await asyncio.gather(*(put(any_talk, body) for body in bodies * 2))

    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["policy_id"] for reply in replies}) == 1
    assert terms(await held(any_talk)) == {
        **DEFAULTS,
        "enabled_surfaces": ["ci"],
        "quotas": {"max_actions_per_hour": 7, "max_actions_per_day": 8},
        "safety_critical": True,
    }
    receipts = await any_talk.receipts(8, "admin")
    steps = [(one["result"]["before"], one["result"]["after"]) for one in receipts]
    assert len(steps) == 8
    assert sorted(str(before) for before, _ in steps[1:]) == sorted(str(after) for _, after in steps[:-1])


async def test_a_change_leaves_a_receipt_and_an_audit_line(any_talk: Talk, place: Place) -> None:
    changed = await put(any_talk, {"enabled_action_types": ["mirror"]})

    (receipt,) = await any_talk.receipts(1, "admin")

    result = receipt["result"]
    assert result["change"] == "tenant_policy.update"
    assert result["before"]["enabled_action_types"] == ["mirror", "mentor", "multiplier"]
    assert result["after"]["enabled_action_types"] == ["mirror"]
    lines = (place.directory / "nowhere-yet" / "audit.log").read_text().splitlines()
    (line,) = [line for line in lines if changed.json()["policy_id"] in line]
    assert '"who": "admin-1"' in line


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("enabled_surfaces.0", {"enabled_surfaces": ["mail"]}),
        ("enabled_surfaces", {"enabled_surfaces": None}),
        ("enabled_action_types.0", {"enabled_action_types": [1]}),
        ("quotas", {"quotas": None}),
        ("quotas.max_actions_per_day", {"quotas": {"max_actions_per_day": -1}}),
        ("quotas.max_actions_per_day", {"quotas": {"max_actions_per_day": None}}),
        ("quotas.max_actions_per_hour", {"quotas": {"max_actions_per_hour": 1.5}}),
        ("quiet_hours.end", {"quiet_hours": {"start": 22, "end": 24}}),
        ("quiet_hours.end", {"quiet_hours": {"start": 22}}),
        ("quiet_hours.start", {"quiet_hours": {"start": True, "end": 1}}),
        ("safety_critical", {"safety_critical": "no"}),
        ("safety_critical", {"safety_critical": None}),
    ],
)
async def test_what_is_no_policy_is_refused(talk: Talk, field: str, body: dict[str, Any]) -> None:
    reply = await put(talk, body)

    assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, field)


async def test_only_the_tenants_admins_may(talk: Talk, place: Place) -> None:
    async with talking(talk.engine, place) as other:
        replies = [
            await talk.ask("GET", path(talk)),
            await talk.ask("PUT", path(talk), {"enabled_surfaces": 5}),
            await other.admin("GET", path(talk)),
            await other.admin("PUT", path(talk), {"enabled_surfaces": []}),
            await talk.admin("PUT", path(talk), {"tenant_id": other.tenant}),
        ]
        malformed = await other.admin("PUT", path(talk), {"enabled_surfaces": 5})

    assert {reply.status_code for reply in replies} == {403}
    assert malformed.status_code == 422
    assert terms(await held(talk)) == DEFAULTS


async def test_types_and_surfaces_that_are_not_enabled_are_gone(any_talk: Talk) -> None:
    await everything(any_talk)
    await put(any_talk, {"enabled_action_types": ["mirror", "multiplier"], "enabled_surfaces": ["ci", "ide"]})

    decision = await any_talk.decided()

    assert [(one["type"], one["surfaces"]) for one in decision["actions"]] == [
        ("mirror", ["ide", "ci"]),
        ("multiplier", ["ide", "ci"]),
    ]


@pytest.mark.parametrize("body", [{"enabled_action_types": []}, {"enabled_surfaces": []}])
async def test_an_empty_list_means_none(talk: Talk, body: dict[str, Any]) -> None:
    await everything(talk)
    await put(talk, body)

    decision = await talk.decided()

    assert decision["actions"] == []
    (receipt,) = await talk.receipts(1, "decision")
    assert receipt["decision"]["status"] == "soft_block"


@pytest.mark.parametrize(
    ("quotas", "count"),
    [
        ({"max_actions_per_hour": 1}, 1),
        ({"max_actions_per_day": 2}, 2),
        ({"max_actions_per_hour": 0}, 0),
        ({"max_actions_per_day": 0}, 0),
    ],
)
async def test_the_tenants_quotas_hold(any_talk: Talk, quotas: dict[str, int], count: int) -> None:
    await everything(any_talk)
    await put(any_talk, {"quotas": quotas})

    first, second = await any_talk.decided(), await any_talk.decided()

    assert (len(first["actions"]), second["actions"]) == (count, [])


async def test_the_tenants_quiet_hours_take_the_place_of_governances(any_talk: Talk) -> None:
    await everything(any_talk)
    hour = datetime.now(UTC).hour
    now = {"start": hour, "end": (hour + 2) % 24}
    later = {"start": (hour + 3) % 24, "end": (hour + 4) % 24}
    config = {
        "quiet_hours": now,
        "retention_days": {"decisions": 90, "outcomes": 365},
        "legal_hold": False,
        "data_residency": "eu",
        "privacy_tags": [],
    }
    counts = []

    for governed, own in ((later, now), (now, None), (now, {"start": 5, "end": 5})):
        answer = {"status": 200, "body": {**config, "quiet_hours": governed}}
        await any_talk.fake("governance").script(CONFIG, match={"tenant": any_talk.tenant}, reply=answer)
        await put(any_talk, {"quiet_hours": own})
        counts.append(len((await any_talk.decided())["actions"]))

    assert counts == [0, 0, 3]


async def test_what_one_replica_writes_the_other_knows_at_once(
    talk: Talk, replica: Engine, place: Place
) -> None:
    async with talking(replica, place) as there:
        there.tenant, there.sub = talk.tenant, talk.sub
        await everything(talk)
        assert len((await there.decided())["actions"]) == 3
        await put(talk, {"quotas": {"max_actions_per_hour": 30}, "enabled_action_types": ["mirror"]})
        narrowed = await there.decided()
        await talk.ask("POST", f"/actors/{talk.sub}/preferences/snooze", {"duration_hours": 1})
        silent = await there.decided()

    assert [one["type"] for one in narrowed["actions"]] == ["mirror"]
    assert silent["actions"] == []

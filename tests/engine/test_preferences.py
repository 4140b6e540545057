"""Sections 4, 5.3.3 and 5.3.9: what an actor wants, who may say so, and that it holds."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.engine.house import action, talking

if TYPE_CHECKING:
    import httpx

    from tests.engine.house import Place, Talk

MEMBERS = {
    "preference_id",
    "tenant_id",
    "actor_id",
    "opt_out_categories",
    "preferred_surfaces",
    "snooze_until",
    "created_at",
    "updated_at",
}


def of(actor: str, rest: str = "") -> str:
    return f"/actors/{quote(actor, safe='')}/preferences{rest}"


async def put(talk: Talk, body: Any) -> httpx.Response:
    return await talk.ask("PUT", of(talk.sub), body)


async def snooze(talk: Talk, body: Any) -> httpx.Response:
    return await talk.ask("POST", of(talk.sub, "/snooze"), body)


async def held(talk: Talk) -> dict[str, Any]:
    reply = await talk.ask("GET", of(talk.sub))
    assert reply.status_code == 200, reply.text
    result: dict[str, Any] = reply.json()
    return result


async def everything(talk: Talk) -> None:
    await talk.publish(
        *(action(one, surfaces=["ide", "ci", "alert"]) for one in ("mirror", "mentor", "multiplier"))
    )


async def test_who_never_said_anything_wants_everything(any_talk: Talk) -> None:
    first = await held(any_talk)

    assert set(first) == MEMBERS
    assert (first["tenant_id"], first["actor_id"]) == (any_talk.tenant, any_talk.sub)
    assert (first["opt_out_categories"], first["preferred_surfaces"], first["snooze_until"]) == ([], [], None)
    assert str(UUID(first["preference_id"])) == first["preference_id"]


async def test_what_is_said_is_kept_and_the_rest_stays(any_talk: Talk) -> None:
    first = await put(any_talk, {"opt_out_categories": ["mentor", "mirror", "mentor"]})
    second = await put(any_talk, {"preferred_surfaces": ["ci"]})

    after = await held(any_talk)

    assert [first.status_code, second.status_code] == [200, 200]
    assert second.json() == after
    assert (after["opt_out_categories"], after["preferred_surfaces"]) == (["mentor", "mirror"], ["ci"])
    assert after["preference_id"] == str(UUID(after["preference_id"])) == first.json()["preference_id"]
    assert after["created_at"] == first.json()["created_at"]
    assert after["updated_at"] > after["created_at"]

    await any_talk.admin("PUT", of(any_talk.sub), {"opt_out_categories": []})
    (told,) = await any_talk.receipts(1)  # own changes leave none
    assert told["result"]["before"]["opt_out_categories"] == ["mentor", "mirror"]
    assert told["result"]["after"]["opt_out_categories"] == []


async def test_concurrent_first_changes_make_one_record_and_all_stand(any_talk: Talk) -> None:
    bodies = [{"opt_out_categories": ["mirror"]}, {"preferred_surfaces": ["ide"]}] * 3
    asked = [put(any_talk, body) for body in bodies]

    replies = await asyncio.gather(*asked, snooze(any_talk, {"duration_hours": 2}))

    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.json()["preference_id"] for reply in replies}) == 1
    after = await held(any_talk)
    assert (after["opt_out_categories"], after["preferred_surfaces"]) == (["mirror"], ["ide"])
    assert after["snooze_until"] is not None


async def test_preferences_narrow_what_reaches_the_actor(any_talk: Talk) -> None:
    await everything(any_talk)
    await put(any_talk, {"opt_out_categories": ["mentor"], "preferred_surfaces": ["alert", "ci"]})

    decision = await any_talk.decided()

    assert [(one["type"], one["surfaces"]) for one in decision["actions"]] == [
        ("mirror", ["ci", "alert"]),
        ("multiplier", ["ci", "alert"]),
    ]


async def test_a_snoozed_actor_gets_nothing_and_spends_nothing(any_talk: Talk) -> None:
    await everything(any_talk)
    slept = await snooze(any_talk, {"duration_hours": 1})
    silent = [await any_talk.decided() for _ in range(2)]
    woken = await put(any_talk, {"snooze_until": None})

    loud = await any_talk.decided()

    assert (slept.status_code, woken.json()["snooze_until"]) == (200, None)
    assert [one["actions"] for one in silent] == [[], []]
    assert not silent[0]["degraded_mode"]
    assert len(loud["actions"]) == 3
    (receipt, *_) = await any_talk.receipts(3, "decision")
    assert receipt["decision"]["status"] == "pass"
    assert "snoozed" in receipt["decision"]["rationale"]


async def test_a_snooze_is_for_some_hours_or_until_a_moment(talk: Talk) -> None:
    asked = datetime.now(UTC)
    moment = (asked + timedelta(days=3)).replace(microsecond=0)
    written = moment.astimezone(tz=None).isoformat()

    hours, until = await snooze(talk, {"duration_hours": 8760}), await snooze(talk, {"until": written})

    lasts = datetime.fromisoformat(hours.json()["snooze_until"]) - asked
    assert timedelta(hours=8760) <= lasts < timedelta(hours=8761)
    assert datetime.fromisoformat(until.json()["snooze_until"]) == moment


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("duration_hours", {}),
        ("duration_hours", {"duration_hours": 1, "until": "2090-01-01T00:00:00Z"}),
        ("duration_hours", {"duration_hours": 0}),
        ("duration_hours", {"duration_hours": -1}),
        ("duration_hours", {"duration_hours": 8761}),
        ("duration_hours", {"duration_hours": 1.5}),
        ("duration_hours", {"duration_hours": "1"}),
        ("duration_hours", {"duration_hours": True}),
        ("duration_hours", {"duration_hours": None}),
        ("duration_hours", {"duration_hours": 10**400}),
        ("until", {"until": "2001-01-01T00:00:00Z"}),
        ("until", {"until": "2090-01-01T00:00:00"}),
        ("until", {"until": "9999-12-31T23:59:59-23:59"}),
        ("until", {"until": "0001-01-01T00:00:00+23:59"}),
        ("until", {"until": "2090-02-30T00:00:00Z"}),
        ("until", {"until": "2090-01-01T00:00:00+99:99"}),
        ("until", {"until": "2090-01-01T10:60:00Z"}),
        ("until", {"until": "2090-01-01T10:00:00+01:60"}),
        ("until", {"until": "tomorrow\x00"}),
        ("until", {"until": 4102444800}),
        ("until", {"until": None}),
    ],
)
async def test_a_snooze_that_is_none_is_refused(talk: Talk, field: str, body: dict[str, Any]) -> None:
    reply = await snooze(talk, body)

    assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, field)
    assert (await held(talk))["snooze_until"] is None


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("opt_out_categories.0", {"opt_out_categories": ["nudge"]}),
        ("opt_out_categories", {"opt_out_categories": "mirror"}),
        ("opt_out_categories", {"opt_out_categories": None}),
        ("preferred_surfaces.1", {"preferred_surfaces": ["ide", "mail"]}),
        ("preferred_surfaces.0", {"preferred_surfaces": [["ide"]]}),
        ("snooze_until", {"snooze_until": "2090-01-01"}),
        ("snooze_until", {"snooze_until": 5}),
    ],
)
async def test_unknown_words_are_refused(talk: Talk, field: str, body: dict[str, Any]) -> None:
    reply = await put(talk, body)

    assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, field)


async def test_only_the_actor_and_admins_may(talk: Talk) -> None:
    persons: list[dict[str, Any]] = [
        {"sub": "other"},
        {"sub": "bot", "roles": ["ci_bot"], "actor_type": "service"},
        {"sub": "similar", "roles": ["not_mmm_admin"]},
    ]

    replies = [
        await talk.ask(method, of(talk.sub, rest), body, **person)
        for person in persons
        for method, rest, body in (
            ("GET", "", None),
            ("PUT", "", {"opt_out_categories": ["nudge"]}),
            ("POST", "/snooze", {"duration_hours": 0}),
        )
    ]

    assert {reply.status_code for reply in replies} == {403}
    assert (await held(talk))["opt_out_categories"] == []
    assert (await talk.ask("GET", of(talk.sub), sub="a", roles=["tenant_admin"])).status_code == 200


async def test_another_tenants_actor_is_another_one(any_talk: Talk, place: Place) -> None:
    await put(any_talk, {"opt_out_categories": ["mirror"]})

    async with talking(any_talk.engine, place) as other:
        there = await other.admin("GET", of(any_talk.sub))
        changed = await other.admin("PUT", of(any_talk.sub), {"preferred_surfaces": ["ci"]})

    named = await any_talk.ask("PUT", of(any_talk.sub), {"tenant_id": other.tenant})
    assert (there.json()["opt_out_categories"], there.json()["tenant_id"]) == ([], other.tenant)
    assert changed.status_code == 200
    assert named.status_code == 403
    assert (await held(any_talk))["preferred_surfaces"] == []


async def test_an_admins_hand_leaves_a_receipt_and_an_audit_line(any_talk: Talk, place: Place) -> None:
    await put(any_talk, {"opt_out_categories": ["mirror"]})
    changed = await any_talk.admin("PUT", of(any_talk.sub), {"opt_out_categories": []})
    slept = await any_talk.admin("POST", of(any_talk.sub, "/snooze"), {"duration_hours": 5})
    own = await any_talk.admin("PUT", of("admin-1"), {"preferred_surfaces": ["ci"]})

    receipts = await any_talk.receipts(2, "admin")

    assert [changed.status_code, slept.status_code, own.status_code] == [200, 200, 200]
    assert [one["result"]["change"] for one in receipts] == ["preferences.update", "preferences.snooze"]
    first, second = (one["result"] for one in receipts)
    assert first["before"]["opt_out_categories"] == ["mirror"]
    assert first["after"]["opt_out_categories"] == []
    assert (second["before"]["snooze_until"], second["after"]["snooze_until"]) == (
        None,
        slept.json()["snooze_until"],
    )
    assert any_talk.sub not in str(receipts)
    lines = (place.directory / "nowhere-yet" / "audit.log").read_text().splitlines()
    told = [line for line in lines if changed.json()["preference_id"] in line]
    assert len(told) == 2
    assert all('"who": "admin-1"' in line for line in told)


@pytest.mark.parametrize(
    "actor", ["a/b", "a:b", "%2F", "\x00", "\U0010ffff" * 200, "preferences", ".-_~ ?#", "\n/\n"]
)
async def test_an_actors_id_may_be_any_text(any_talk: Talk, actor: str) -> None:
    kept = await any_talk.admin("PUT", of(actor), {"opt_out_categories": ["mirror"]})

    found = await any_talk.admin("GET", of(actor))

    assert (kept.status_code, found.json()) == (200, kept.json())
    assert found.json()["actor_id"] == actor


@pytest.mark.parametrize(
    ("path", "admins", "anybodys"),
    [
        (of("x" * 201), 422, 403),
        ("/actors/%FF%FE/preferences", 200, 403),  # bytes that are no text are read as signs for that
        ("/actors//preferences", 404, 404),
    ],
    ids=["too-long", "no-text", "empty"],
)
async def test_what_is_no_actors_id_never_breaks_anything(
    talk: Talk, path: str, admins: int, anybodys: int
) -> None:
    assert (await talk.admin("GET", path)).status_code == admins
    assert (await talk.ask("GET", path)).status_code == anybodys

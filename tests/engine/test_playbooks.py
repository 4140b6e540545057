"""Section 4: the life of a playbook."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.house import action, playbook, talking

if TYPE_CHECKING:
    from tests.engine.house import Engine, Place, Talk

UNKNOWN = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"


async def listed(talk: Talk, query: str = "") -> list[tuple[str, str]]:
    reply = await talk.ask("GET", f"/playbooks{query}")
    assert reply.status_code == 200, reply.text
    return [(one["version"], one["status"]) for one in reply.json()]


async def fired(talk: Talk) -> list[str]:
    return [one["playbook_version"] for one in (await talk.decided())["actions"]]


async def created(talk: Talk, **content: Any) -> dict[str, Any]:
    reply = await talk.admin("POST", "/playbooks", playbook(**content))
    assert reply.status_code == 200, reply.text
    result: dict[str, Any] = reply.json()
    return result


async def test_a_new_playbook_is_a_draft_that_does_not_fire(any_talk: Talk) -> None:
    made = await created(any_talk, description="d", owner="o", limits={"priority": 7})

    assert (made["status"], made["version"], made["tenant_id"]) == ("draft", "1.0.0", any_talk.tenant)
    assert (made["description"], made["owner"], made["limits"]) == ("d", "o", {"priority": 7})
    assert made["created_at"].endswith("+00:00")
    assert await fired(any_talk) == []
    assert await listed(any_talk) == [("1.0.0", "draft")]


async def test_publishing_lets_it_fire_and_again_changes_nothing(any_talk: Talk) -> None:
    made = await created(any_talk)
    path = f"/playbooks/{made['playbook_id']}/publish"

    first, second = await any_talk.admin("POST", path), await any_talk.admin("POST", path)

    assert (first.json()["status"], first.status_code) == ("published", 200)
    assert (second.json(), second.status_code) == (first.json(), 200)
    assert await fired(any_talk) == ["1.0.0"]
    assert len(await any_talk.receipts(2, "admin")) == 2


async def test_a_draft_is_altered_in_place_and_in_part(any_talk: Talk) -> None:
    made = await created(any_talk, owner="o")

    changed = await any_talk.admin("PUT", f"/playbooks/{made['playbook_id']}", {"name": "Other"})

    assert changed.status_code == 200
    after = changed.json()
    assert after["updated_at"] >= made["updated_at"]
    assert {**after, "updated_at": ""} == {**made, "name": "Other", "updated_at": ""}
    assert await listed(any_talk) == [("1.0.0", "draft")]


async def test_a_published_version_goes_on_until_the_next_is_published(any_talk: Talk) -> None:
    made = await any_talk.publish()
    path = f"/playbooks/{made['playbook_id']}"

    changed = (await any_talk.admin("PUT", path, {"actions": [action(payload={"title": "New"})]})).json()

    assert (changed["playbook_id"], changed["version"], changed["status"]) == (
        made["playbook_id"],
        "1.1.0",
        "draft",
    )
    assert await listed(any_talk, "?status=published") == [("1.0.0", "published")]
    assert await listed(any_talk, "?status=draft") == [("1.1.0", "draft")]
    assert await fired(any_talk) == ["1.0.0"]
    assert (await any_talk.admin("POST", f"{path}/publish")).status_code == 200
    assert await listed(any_talk) == [("1.1.0", "published")]
    decision = await any_talk.decided()
    assert [one["payload"]["title"] for one in decision["actions"]] == ["New"]


async def test_a_version_that_was_published_is_never_given_again(any_talk: Talk) -> None:
    made = await any_talk.publish()
    path = f"/playbooks/{made['playbook_id']}"

    same = await any_talk.admin("PUT", path, {"version": "1.0.0"})
    other = await any_talk.admin("PUT", path, {"version": "1.1.0-rc.1"})
    back = await any_talk.admin("PUT", path, {"version": "1.0.0"})

    assert [reply.status_code for reply in (same, other, back)] == [409, 200, 409]
    assert other.json()["version"] == "1.1.0-rc.1"


async def test_a_deleted_playbook_never_fires_again(any_talk: Talk) -> None:
    made = await any_talk.publish()
    path = f"/playbooks/{made['playbook_id']}"
    await any_talk.admin("PUT", path, {"name": "Next"})

    replies = [await any_talk.admin("DELETE", path) for _ in range(2)]

    assert [(reply.status_code, reply.content) for reply in replies] == [(204, b"")] * 2
    assert await fired(any_talk) == []
    assert await listed(any_talk) == [("1.1.0", "deprecated")]
    assert (await any_talk.admin("POST", f"{path}/publish")).status_code == 409
    assert (await any_talk.admin("PUT", path, {"name": "x"})).status_code == 409
    kinds = [one["result"]["change"] for one in await any_talk.receipts(4, "admin")]
    assert kinds == ["playbook.create", "playbook.publish", "playbook.update", "playbook.deprecate"]


async def test_another_tenants_playbook_does_not_exist(any_talk: Talk, place: Place) -> None:
    made = await any_talk.publish()

    async with talking(any_talk.engine, place) as other:
        path = f"/playbooks/{made['playbook_id']}"
        replies = [
            await other.admin("PUT", path, {"name": "x"}),
            await other.admin("POST", f"{path}/publish"),
            await other.admin("DELETE", path),
        ]
        assert {reply.status_code for reply in replies} == {404}
        assert await listed(other) == []
        assert await fired(other) == []
        assert (await other.eris.receipts(other.tenant)).receipts[0].receipt["inputs"]["kind"] == "decision"
    assert await listed(any_talk) == [("1.0.0", "published")]


async def test_an_unknown_playbook_is_404(talk: Talk) -> None:
    path = f"/playbooks/{UNKNOWN}"

    replies = [
        await talk.admin("PUT", path, {}),
        await talk.admin("POST", f"{path}/publish"),
        await talk.admin("DELETE", path),
    ]

    assert {reply.status_code for reply in replies} == {404}


async def test_pages_are_stable(any_talk: Talk) -> None:
    names = [f"n{number}" for number in range(5)]
    for name in names:
        await created(any_talk, name=name)

    pages = [await any_talk.ask("GET", f"/playbooks?limit=2&offset={start}") for start in (0, 2, 4, 6)]

    assert [[one["name"] for one in page.json()] for page in pages] == [names[:2], names[2:4], names[4:], []]


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": None}),
        ("actions", {"actions": []}),
        ("actions.0.type", {"actions": [action("nudge")]}),
        ("actions.0.surfaces", {"actions": [action(surfaces=[])]}),
        ("actions.0.surfaces.0", {"actions": [action(surfaces=["mail"])]}),
        ("actions.0.payload.title", {"actions": [action(payload={"title": ""})]}),
        ("actions.0.payload.body", {"actions": [action(payload={"body": "x" * 4001})]}),
        ("actions.0.payload", {"actions": [action(payload={"body": "You should rebase."})]}),
        ("actions.0.requires_consent", {"actions": [action(requires_consent="yes")]}),
        ("triggers.0.severity", {"triggers": [{"severity": "bad"}]}),
        ("triggers.0.actor_roles", {"triggers": [{"actor_roles": "developer"}]}),
        ("conditions.0.type", {"conditions": [{"type": "moon", "value": "x"}]}),
        ("conditions.0.value", {"conditions": [{"type": "role"}]}),
        ("limits.priority", {"limits": {"priority": 101}}),
        ("limits.cooldown_minutes", {"limits": {"cooldown_minutes": -1}}),
        ("limits.quiet_hours.end", {"limits": {"quiet_hours": {"start": 0, "end": 24}}}),
        ("version", {"version": "1.0"}),
        ("version", {"version": "01.0.0"}),
    ],
)
async def test_content_is_validated_when_written(talk: Talk, field: str, content: dict[str, Any]) -> None:
    made = await created(talk)

    created_so = await talk.admin("POST", "/playbooks", {**playbook(), **content})
    changed_so = await talk.admin("PUT", f"/playbooks/{made['playbook_id']}", content)

    for reply in (created_so, changed_so):
        assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, field)


async def test_whole_numbers_are_whole_however_they_are_written(talk: Talk) -> None:
    made = await created(talk, limits={"priority": 5.0})

    assert made["limits"] == {"priority": 5}


async def test_what_is_the_engines_cannot_be_set(talk: Talk) -> None:
    forged = {"playbook_id": UNKNOWN, "status": "published", "created_at": "2001-01-01T00:00:00Z"}

    made = await created(talk, **forged)

    assert made["playbook_id"] != UNKNOWN
    assert made["status"] == "draft"
    assert made["created_at"] > "2026"


async def test_concurrent_updates_make_one_draft(any_talk: Talk) -> None:
    made = await any_talk.publish()
    path = f"/playbooks/{made['playbook_id']}"

    replies = await asyncio.gather(*(any_talk.admin("PUT", path, {"name": f"n{n}"}) for n in range(8)))

    assert {reply.status_code for reply in replies} == {200}
    assert await listed(any_talk, "?status=draft") == [("1.1.0", "draft")]


async def test_an_admins_receipt_says_what_was_before_and_after(talk: Talk) -> None:
    made = await created(talk, name="mail me: somebody@example.com")
    await talk.admin("POST", f"/playbooks/{made['playbook_id']}/publish")

    before_and_after = [one["result"] for one in await talk.receipts(2, "admin")]

    assert before_and_after[0]["before"] is None
    assert before_and_after[1]["before"]["status"] == "draft"
    assert before_and_after[1]["after"]["status"] == "published"
    assert "example.com" not in str(before_and_after)


async def test_admin_changes_are_written_down_in_the_audit_log(
    talk: Talk, engine: Engine, place: Place
) -> None:
    made = await created(talk)

    lines = (place.directory / "nowhere-yet" / "audit.log").read_text().splitlines()

    assert engine.process.running()
    (line,) = [line for line in lines if made["playbook_id"] in line]
    assert '"who": "admin-1"' in line
    assert '"what": "playbook.create"' in line
    assert "2 of 40 tests failed" not in line

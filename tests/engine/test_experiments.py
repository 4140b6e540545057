"""Section 4: experiments."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, get_args
from uuid import uuid4

from engine.administration.experiments import STEPS, Switch
from engine.values.words import ExperimentStatus
from tests.engine.house import talking

if TYPE_CHECKING:
    from tests.engine.house import Place, Talk

UNKNOWN = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"


async def created(talk: Talk, **members: Any) -> dict[str, Any]:
    reply = await talk.admin("POST", "/experiments", {"name": "Trial", **members})
    assert reply.status_code == 200, reply.text
    made: dict[str, Any] = reply.json()
    return made


async def listed(talk: Talk, query: str = "") -> list[dict[str, Any]]:
    reply = await talk.admin("GET", f"/experiments?tenant_id={talk.tenant}{query}")
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()
    return found


async def test_a_new_experiment_is_a_draft_and_all_its_own(any_talk: Talk) -> None:
    config = {"share": 0.5, "arms": ["a", {"b": None}], "on": True, "n": 10**30}
    forged = {"experiment_id": UNKNOWN, "status": "active", "created_at": "2001-01-01T00:00:00Z"}

    made = await created(any_talk, config=config, **forged)

    assert made["experiment_id"] != UNKNOWN
    assert (made["name"], made["status"], made["tenant_id"]) == ("Trial", "draft", any_talk.tenant)
    assert made["config"] == config
    assert made["created_at"] == made["updated_at"] > "2026"
    assert await listed(any_talk) == [made]


async def test_a_change_is_partial_and_leaves_the_engines_own_alone(any_talk: Talk) -> None:
    made = await created(any_talk, config={"a": 1, "b": 2})
    path = f"/experiments/{made['experiment_id']}"

    renamed = await any_talk.admin(
        "PUT", path, {"name": "Other", "experiment_id": UNKNOWN, "status": "active"}
    )
    reset = await any_talk.admin("PUT", path, {"config": {"a": True}})

    assert renamed.json() == {**made, "name": "Other", "updated_at": renamed.json()["updated_at"]}
    assert renamed.json()["updated_at"] > made["updated_at"]
    assert reset.json()["name"] == "Other"
    assert reset.json()["config"] == {"a": True}
    assert await listed(any_talk) == [reset.json()]


def test_what_was_never_active_cannot_be_deactivated_and_all_else_can() -> None:
    every = {(status, switch) for status in get_args(ExperimentStatus) for switch in get_args(Switch)}

    assert every - STEPS.keys() == {("draft", "deactivate")}
    assert {STEPS[step] for step in STEPS if step[1] == "activate"} == {"active"}
    assert {STEPS[step] for step in STEPS if step[1] == "deactivate"} == {"inactive"}


async def test_it_is_switched_on_and_off_and_repetition_is_harmless(any_talk: Talk) -> None:
    made = await created(any_talk)
    path = f"/experiments/{made['experiment_id']}"
    ways = ["deactivate", "activate", "activate", "deactivate", "deactivate", "activate"]

    replies = [await any_talk.admin("POST", f"{path}/{way}") for way in ways]

    assert [reply.status_code for reply in replies] == [409] + [200] * 5
    said = [reply.json()["status"] for reply in replies[1:]]
    assert said == ["active", "active", "inactive", "inactive", "active"]
    assert replies[2].json() == replies[1].json()
    changes = [receipt["result"]["change"] for receipt in await any_talk.receipts(4, "admin")]
    assert changes == [
        "experiment.create",
        "experiment.activate",
        "experiment.deactivate",
        "experiment.activate",
    ]


async def test_the_status_filters(any_talk: Talk) -> None:
    draft, active, inactive = [await created(any_talk, name=name) for name in ("d", "a", "i")]
    for way, one in (("activate", active), ("activate", inactive), ("deactivate", inactive)):
        await any_talk.admin("POST", f"/experiments/{one['experiment_id']}/{way}")

    found = {status: await listed(any_talk, f"&status={status}") for status in get_args(ExperimentStatus)}

    assert [one["name"] for one in await listed(any_talk)] == ["d", "a", "i"]
    assert {status: [one["experiment_id"] for one in ones] for status, ones in found.items()} == {
        "draft": [draft["experiment_id"]],
        "active": [active["experiment_id"]],
        "inactive": [inactive["experiment_id"]],
    }


async def test_a_list_comes_in_pages_of_fifty_or_as_asked(any_talk: Talk) -> None:
    names = [f"trial {number}" for number in range(52)]
    for name in names:
        await created(any_talk, name=name)

    pages = {
        query: [one["name"] for one in await listed(any_talk, query)]
        for query in ("", "&offset=50", "&limit=2&offset=49", "&limit=52", "&offset=52")
    }

    assert pages == {
        "": names[:50],
        "&offset=50": names[50:],
        "&limit=2&offset=49": names[49:51],
        "&limit=52": names,
        "&offset=52": [],
    }


async def test_a_list_is_asked_for_the_own_tenant(talk: Talk) -> None:
    wanted = {
        "": 422,
        "?tenant_id=": 422,
        "?tenant_id=" + "x" * 201: 422,
        "?tenant_id=other": 403,
        "?tenant_id=%00": 403,
        "?tenant_id=other&status=on": 422,
        f"?tenant_id={talk.tenant}&status=on": 422,
        f"?tenant_id={talk.tenant}&status=": 422,
        f"?tenant_id={talk.tenant}&limit=x": 422,
        f"?tenant_id={talk.tenant}&limit=0": 422,
        f"?tenant_id={talk.tenant}&limit=101": 422,
        f"?tenant_id={talk.tenant}&offset=-1": 422,
        f"?tenant_id={talk.tenant}&offset=2147483648": 422,
        f"?tenant_id={talk.tenant}&limit=100&offset=2147483647&odd=1": 200,
    }

    answered = {query: (await talk.admin("GET", f"/experiments{query}")).status_code for query in wanted}

    assert answered == wanted


async def test_another_tenants_experiment_does_not_exist(any_talk: Talk, place: Place) -> None:
    made = await created(any_talk)
    path = f"/experiments/{made['experiment_id']}"

    async with talking(any_talk.engine, place) as other:
        replies = [
            await other.admin("PUT", path, {"name": "x"}),
            await other.admin("POST", f"{path}/activate"),
            await other.admin("POST", f"{path}/deactivate"),
            await other.admin("POST", f"/experiments/{UNKNOWN}/activate"),
            await other.admin("PUT", "/experiments/x", {"name": "x"}),
        ]
        assert {reply.status_code for reply in replies} == {404}
        assert await listed(other) == []
        elsewhere = await other.admin("PUT", path, {"name": "x", "tenant_id": any_talk.tenant})
        assert elsewhere.status_code == 403
    assert await listed(any_talk) == [made]


async def test_only_admins_have_experiments(talk: Talk) -> None:
    roles = ["mmm_approver", "mmm_admins", "developer"]
    calls = [("GET", "?tenant_id=x"), ("POST", ""), ("PUT", "/x"), ("POST", "/x/activate")]

    replies = [
        await talk.ask(method, f"/experiments{path}", {"x": 1}, roles=roles)
        for method, path in [*calls, ("POST", "/x/deactivate")]
    ]

    assert [reply.status_code for reply in replies] == [403] * 5


async def test_what_is_malformed_names_its_field(talk: Talk) -> None:
    made = await created(talk)
    wrong: list[tuple[str, Any]] = [
        *(("name", name) for name in ("", "x" * 201, None)),
        ("config", None),
        ("config", []),
        ("config", "x"),
        ("config", {"text": "word " * 14_000}),
        ("tenant_id", 7),
    ]

    for field, value in wrong:
        for method, path in (("POST", ""), ("PUT", f"/{made['experiment_id']}")):
            reply = await talk.admin(method, f"/experiments{path}", {"name": "Trial", field: value})
            assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, field)
    assert await listed(talk) == [made]


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


KEPT = [
    nested(32),
    '{"a":' + "[" * 31 + "]" * 31 + "}",
    '{"n": ' + "9" * 4000 + "}",
    '{"\\u0000": "\\u0000\\\\0"}',
    '{"a": 1, "a": 2}',
    '{"": {"": []}, "__proto__": {}, "n": -0.0}',
]
REFUSED = [
    nested(33),
    nested(150),
    nested(10_000),
    '{"n": 1e999}',
    '{"n": [-1e999]}',
    '{"n": NaN}',
    '{"n": ' + "9" * 4400 + "}",
    '{"a": "\\ud800"}',
    '{"\\udfff": 1}',
]


async def test_any_config_is_kept_as_it_is_or_refused(any_talk: Talk) -> None:
    headers = {"Content-Type": "application/json"}
    headers["Authorization"] = f"Bearer {await any_talk.token(roles=['mmm_admin'])}"

    async def posted(config: str) -> int:
        content = f'{{"name": "\\u0000", "config": {config}}}'.encode()
        return (await any_talk.client.post("/experiments", content=content, headers=headers)).status_code

    assert [await posted(config) for config in REFUSED] == [422] * len(REFUSED)
    assert [await posted(config) for config in KEPT] == [200] * len(KEPT)
    kept = [(one["name"], one["config"]) for one in await listed(any_talk)]
    assert kept == [("\x00", json.loads(config)) for config in KEPT]


async def test_a_credential_is_refused_and_not_kept(talk: Talk) -> None:
    secret = "AKIA" + uuid4().hex[:16].upper()
    made = await created(talk)
    leaks: list[dict[str, Any]] = [{"name": f"uses {secret}"}, {"config": {"deep": [{"key": secret}]}}]

    replies = [
        await talk.admin(method, f"/experiments{path}", {"name": "Trial", **leak})
        for leak in leaks
        for method, path in (("POST", ""), ("PUT", f"/{made['experiment_id']}"))
    ]

    assert [reply.json()["error"]["code"] for reply in replies] == ["SECRET_DETECTED"] * 4
    assert {reply.status_code for reply in replies} == {422}
    assert await listed(talk) == [made]


async def test_a_change_that_changes_nothing_leaves_no_trace(talk: Talk) -> None:
    made = await created(talk, config={"a": 1, "b": 2})
    path = f"/experiments/{made['experiment_id']}"

    same = [await talk.admin("PUT", path, body) for body in ({}, {"config": {"b": 2, "a": 1}})]
    other = await talk.admin("PUT", path, {"config": {"a": True, "b": 2}})

    assert [reply.json() for reply in same] == [made, made]
    assert other.json()["config"] == {"a": True, "b": 2}
    changes = [receipt["result"]["change"] for receipt in await talk.receipts(2, "admin")]
    assert changes == ["experiment.create", "experiment.update"]


async def test_receipt_and_audit_say_what_changed_but_no_texts(talk: Talk, place: Place) -> None:
    made = await created(talk, name="Private words", config={"word": "secretive"})
    await talk.admin("PUT", f"/experiments/{made['experiment_id']}", {"name": "Other private words"})

    told = [receipt["result"] for receipt in await talk.receipts(2, "admin")]

    first, second = told
    assert first["before"] is None
    assert second["before"] == first["after"]
    assert second["after"]["content_sha256"] != second["before"]["content_sha256"]
    assert second["after"]["status"] == "draft"
    written = (place.directory / "nowhere-yet" / "audit.log").read_text().splitlines()
    lines = [json.loads(line) for line in written if made["experiment_id"] in line]
    assert [(line["who"], line["what"]) for line in lines] == [
        ("admin-1", "experiment.create"),
        ("admin-1", "experiment.update"),
    ]
    assert "words" not in str((told, lines))
    assert "secretive" not in str((told, lines))


async def test_changes_of_different_members_at_once_both_stand(any_talk: Talk) -> None:
    made = await created(any_talk)
    path = f"/experiments/{made['experiment_id']}"

    replies = await asyncio.gather(
        any_talk.admin("PUT", path, {"name": "Other"}),
        any_talk.admin("PUT", path, {"config": {"a": 1}}),
        any_talk.admin("POST", f"{path}/activate"),
        any_talk.admin("POST", f"{path}/activate"),
    )

    assert {reply.status_code for reply in replies} == {200}
    (after,) = await listed(any_talk)
    assert (after["name"], after["config"], after["status"]) == ("Other", {"a": 1}, "active")
    assert len(await any_talk.receipts(4, "admin")) == 4

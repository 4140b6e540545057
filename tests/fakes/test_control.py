"""The control API through its client."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING

import httpx
import pytest

from fakes.control import ControlError, FakeControl, IamControl, Match, Reply
from tests.fakes.wire import arrived, connect

if TYPE_CHECKING:
    from collections.abc import Mapping

EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"
CONTEXT = {"context": {"actor_type": "human", "source": "ide"}}


async def evaluate(control: FakeControl, tenant: str, **headers: str) -> dict[str, object]:
    async with connect(control.url) as wire:
        path = f"/v1/policy/tenants/{tenant}/evaluate"
        return dict((await wire.ask("POST", path, CONTEXT, **headers)).json())


async def test_a_reply_is_given_word_for_word(policy: FakeControl) -> None:
    reply = Reply(203, {"X-Own": "yes", "Content-Type": "application/problem+json"}, [1, {"a": None}])
    script = await policy.script("GET /health", reply=reply)

    async with connect(policy.url) as wire:
        answer = await wire.ask("GET", "/health")

    assert (answer.status, answer.json()) == (203, [1, {"a": None}])
    assert (answer.headers["X-Own"], answer.headers["content-type"]) == ("yes", "application/problem+json")
    (entry,) = await policy.journal()
    assert (entry.status, entry.response_body, entry.script_id) == (203, [1, {"a": None}], script)


async def test_a_reply_without_body_has_none(policy: FakeControl) -> None:
    await policy.script("GET /health", reply={"status": 200}, times=1)
    await policy.script("GET /health", reply={"status": 200, "body": None}, times=1)

    async with connect(policy.url) as wire:
        replies = [await wire.ask("GET", "/health") for _ in range(2)]

    assert [reply.body for reply in replies] == [b"null", b""]


async def test_a_reply_is_not_given_to_a_request_outside_the_contract(policy: FakeControl) -> None:
    script = await policy.script(reply={"status": 200, "body": {}})

    async with connect(policy.url) as wire:
        reply = await wire.ask("GET", "/health?surplus=1")

    assert reply.status == 400
    assert (await policy.state(script)).hits == 0


async def test_the_newest_script_that_fits_wins(policy: FakeControl) -> None:
    for match, text in (({}, "all"), ({"tenant": "a"}, "a"), ({"tenant": "b"}, "b"), ({}, "newest")):
        await policy.script(EVALUATE, match=match, reply={"status": 200, "body": {"text": text}}, times=1)

    answers = [(await evaluate(policy, tenant)).get("text") for tenant in ("a", "a", "a", "a")]

    assert answers == ["newest", "a", "all", None]
    assert (await evaluate(policy, "b"))["text"] == "b"


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({"tenant": "t", "sub": "s"}, True),
        ({"tenant": "t", "sub": "other"}, False),
        ({"tenant": "other", "sub": "s"}, False),
        ({"traceparent": "00-" + "a" * 32 + "-" + "c" * 16 + "-00"}, True),
        ({"traceparent": "a" * 32}, True),
        ({"traceparent": "00-" + "d" * 32 + "-" + "b" * 16 + "-01"}, False),
        ({"token": "opaque"}, True),
        ({"token": "opaque", "tenant": "t", "sub": "s", "traceparent": "a" * 32}, True),
        ({"token": "other"}, False),
    ],
)
async def test_all_that_a_match_names_must_fit(
    llm: FakeControl, match: Mapping[str, str], *, fits: bool
) -> None:
    await llm.script(match=match, reply={"status": 200, "body": "scripted"})

    async with connect(llm.url) as wire:
        body = {
            "prompt": "p",
            "tenant_id": "t",
            "actor_id": "s",
            "actor_type": "human",
            "operation_type": "chat",
            "system_prompt_id": "x",
            "dry_run": True,
        }
        reply = await wire.ask(
            "POST",
            "/v1/llm/generate",
            body,
            traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01",
            authorization="Bearer opaque",
        )

    assert (reply.json() == "scripted") is fits
    kinds = [{name: text} for name, text in match.items()]
    found = [bool(await llm.journal(**kind)) for kind in kinds]
    assert all(found) is fits


async def test_the_journal_is_filtered(policy: FakeControl) -> None:
    for tenant in ("a", "b", "a"):
        await evaluate(policy, tenant)
    async with connect(policy.url) as wire:
        await wire.ask("GET", "/health")

    everything = await policy.journal()
    of_a = await policy.journal(tenant="a")
    health = await policy.journal(operation="GET /health")
    later = await policy.journal(after=everything[1].seq)

    assert [entry.tenant for entry in everything] == ["a", "b", "a", None]
    assert of_a == [everything[0], everything[2]]
    assert health == [everything[3]]
    assert later == everything[2:]
    assert everything[0].request_body == CONTEXT
    assert everything[0].operation == EVALUATE
    assert everything[0].response_body["allowed"] is True


async def test_tokens_never_leave_by_the_journal(iam: IamControl) -> None:
    jwt = await iam.mint(sub="s", tenant_id="t")
    opaque = "no-jwt-at-all"
    async with connect(iam.url) as wire:
        for token in (jwt, opaque):
            await wire.ask("POST", "/iam/v1/verify", {"token": token}, authorization=f"Bearer {opaque}")
        await wire.ask("POST", "/iam/v1/verify", {"tokens": jwt}, authorization="Basic c2VjcmV0")

    entries = await iam.journal()
    (by_token,) = await iam.journal(token=jwt)

    text = repr(entries)
    assert not any(secret in text for secret in (jwt, opaque, "c2VjcmV0", jwt.split(".")[2]))
    fingerprint = f"<token:{sha256(jwt.encode()).hexdigest()[:12]}>"
    assert by_token == entries[0]
    assert by_token.request_body == {"token": fingerprint}
    assert entries[0].request_headers["authorization"].startswith("Bearer <token:")


async def test_reset_takes_one_tenants_things_or_all(policy: FakeControl) -> None:
    mine = await policy.script(match={"tenant": "a"}, reply={"status": 200, "body": {}})
    theirs = await policy.script(match={"tenant": "b"}, reply={"status": 200, "body": {}})
    for tenant in ("a", "b"):
        await evaluate(policy, tenant)

    await policy.reset(tenant="a")

    assert [entry.tenant for entry in await policy.journal()] == ["b"]
    assert (await policy.state(theirs)).hits == 1
    with pytest.raises(ControlError):
        await policy.state(mine)
    assert (await evaluate(policy, "a"))["allowed"] is True

    await policy.reset()

    assert await policy.journal() == []
    with pytest.raises(ControlError):
        await policy.heal(theirs)


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"reply": {"status": 200}, "fault": {"kind": "reset"}},
        {"operation": "GET /nowhere", "fault": {"kind": "reset"}},
        {"fault": {"kind": "reset"}, "times": 0},
        {"fault": {"kind": "reset"}, "surplus": 1},
        {"fault": {"kind": "reset"}, "match": {"user": "x"}},
        {"fault": {"kind": "unheard-of"}},
        {"reply": {"status": 99}},
        {"reply": {"status": 200, "headers": {"X": "a\r\nb: c"}}},
        {"reply": {"status": 200, "headers": {"Content-Length": "1"}}},
        {"reply": {"status": 200, "headers": {"a b": "c"}}},
        [],
    ],
)
async def test_a_script_that_could_not_be_is_refused(policy: FakeControl, order: object) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(f"{policy.url}/__fake__/scripts", json=order)

    assert reply.status_code == 400
    assert set(reply.json()["error"]) == {"code", "message"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/__fake__/nothing", 404),
        ("GET", "/__fake__/scripts/unknown", 404),
        ("GET", "/__fake__/journal?user=x", 400),
        ("GET", "/__fake__/journal?after=-1", 400),
        ("POST", "/__fake__/health", 405),
    ],
)
async def test_the_control_api_is_strict(policy: FakeControl, method: str, path: str, status: int) -> None:
    async with connect(policy.url) as wire:
        reply = await wire.ask(method, path)

    assert reply.status == status
    assert set(reply.json()["error"]) == {"code", "message"}


async def test_the_control_api_is_not_journaled_and_goes_on_under_faults(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "never_answer"})

    assert await policy.health() == "ready"
    assert await policy.journal() == []


async def test_a_client_says_which_fake_does_not_answer() -> None:
    async with FakeControl("policy", "http://127.0.0.1:1") as control:
        with pytest.raises(ControlError, match="fake policy at"):
            await control.health()


async def test_a_match_may_be_a_record(policy: FakeControl) -> None:
    script = await policy.script(match=Match(tenant="a"), fault={"kind": "status", "status": 500})

    state = await policy.state(script)

    assert (state.match, state.operation, state.hits) == (Match(tenant="a"), None, 0)


async def test_a_journal_entry_that_is_being_answered_has_no_status_yet(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "delay", "seconds": 0.3}, times=1)

    async with connect(policy.url) as wire:
        asking = asyncio.create_task(wire.ask("GET", "/health"))
        during = await arrived(policy)
        await asking

    assert during[0].status is None
    assert [entry.status for entry in await policy.journal()] == [200]

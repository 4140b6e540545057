"""Section 5, as a caller sees it."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from contracts.document import load_document
from contracts.validation import check_response
from engine.app import create_app
from engine.decide.answer import is_late
from engine.delivery.courier import Courier
from engine.services import build_services
from engine.settings import load_settings
from tests.engine.house import TLS, action, eventually, running_engine, talking
from tests.engine.samples import facts

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Iterable, Iterator
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

    from engine.delivery.courier import Result
    from engine.storage.outbox import Entry
    from tests.engine.house import Engine, Place, Talk

SECRET_WORDS = "a-very-private-word"


async def evaluation(talk: Talk, **more: Any) -> str:
    body = {
        "allowed": True,
        "policy_snapshot_id": "snap-1",
        "policy_version_ids": ["v1"],
        "restrictions": [],
        "snapshot_hash": "sha256:" + "a" * 64,
        **more,
    }
    return await talk.fake("policy").script(
        "POST /v1/policy/tenants/{tenant_id}/evaluate",
        match={"tenant": talk.tenant},
        reply={"status": 200, "body": body},
    )


def types(decision: dict[str, Any]) -> list[str]:
    return [one["type"] for one in decision["actions"]]


async def everything(talk: Talk) -> None:
    await talk.publish(action("mirror"), action("mentor"), action("multiplier"))


async def test_without_playbooks_the_list_is_empty_and_there_is_a_receipt(any_talk: Talk) -> None:
    decision = await any_talk.decided()

    (receipt,) = await any_talk.receipts(1)
    assert decision["actions"] == []
    assert (decision["tenant_id"], decision["actor_id"]) == (any_talk.tenant, any_talk.sub)
    assert not decision["degraded_mode"]
    assert not decision["policy_stale"]
    assert decision["receipt_status"] == "delivered"
    assert receipt["inputs"]["decision_id"] == decision["decision_id"]
    assert receipt["decision"]["status"] == "pass"


async def test_the_answer_keeps_the_contract(any_talk: Talk) -> None:
    await everything(any_talk)

    reply = await any_talk.decide({"context": {"repo_id": "r", "source": "ci"}, "signal": {"signal_id": "s"}})

    document = load_document("engine")
    headers = dict(reply.headers)
    assert check_response(document, "POST", "/decide", 200, headers, reply.content) == []
    assert types(reply.json()["decision"]) == ["mirror", "mentor", "multiplier"]


async def test_a_trigger_needs_a_signal(talk: Talk) -> None:
    refused = await talk.ask("POST", "/triggers/evaluate", {"tenant_id": talk.tenant})
    taken = await talk.ask("POST", "/triggers/evaluate", {"tenant_id": talk.tenant, "signal": {}})

    assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, "signal")
    assert (taken.status_code, taken.json()["decision"]["actions"]) == (200, [])


async def test_roles_in_the_body_widen_nothing(talk: Talk) -> None:
    await talk.publish(conditions=[{"type": "role", "value": "mmm_admin"}])

    assert (await talk.decided({"context": {"roles": ["mmm_admin"]}, "roles": ["mmm_admin"]}))[
        "actions"
    ] == []
    assert len((await talk.decided(roles=["mmm_admin"]))["actions"]) == 1


@pytest.mark.parametrize(
    ("token", "body", "expected"),
    [
        ("human", {}, "human"),
        ("ai_agent", {}, "ai_agent"),
        ("ai_agent", {"actor_type": "human"}, "human"),
        ("human", {"actor_type": "ai_agent"}, "ai_agent"),
    ],
)
async def test_the_type_of_actor_is_the_tokens_unless_the_body_says(
    talk: Talk, token: str, body: dict[str, Any], expected: str
) -> None:
    assert (await talk.decided(body, actor_type=token))["actor_type"] == expected


async def test_slow_dependencies_are_waited_for_at_the_same_time(talk: Talk) -> None:
    slow = {"kind": "delay", "seconds": 0.8}
    for name in ("policy", "ubi", "governance"):
        await talk.fake(name).script(match={"tenant": talk.tenant}, fault=slow)
    started = time.monotonic()

    decision = await talk.decided()

    assert 0.8 <= time.monotonic() - started < 2.4  # one after the other they take 3.2
    assert (decision["degraded_mode"], decision["latency_warning"]) == (False, True)


@pytest.mark.parametrize(("source", "objective"), [("ide", 0.150), ("ci", 0.500)])
def test_late_is_later_than_the_objective(source: str, objective: float) -> None:
    assert [is_late(facts(source=source), seconds) for seconds in (objective, objective + 0.001)] == [
        False,
        True,
    ]


async def test_priority_decides_who_goes_when_not_all_fit(talk: Talk) -> None:
    for name, priority in (("b", 10), ("a", 10), ("low", 1), ("high", 90), ("none", None)):
        limits = {} if priority is None else {"priority": priority}
        await talk.publish(action(payload={"title": name}), name=name, limits=limits)

    first, second = await talk.decided(), await talk.decided()

    assert [one["payload"]["title"] for one in first["actions"]] == ["high", "a", "b"]
    assert second["actions"] == []


async def test_policy_that_does_not_allow_takes_all(talk: Talk) -> None:
    await everything(talk)
    await evaluation(talk, allowed=False)

    decision = await talk.decided()

    assert decision["actions"] == []
    assert not decision["degraded_mode"]
    (receipt,) = await talk.receipts(1, "decision")
    assert (receipt["decision"]["status"], receipt["degraded"]) == ("soft_block", False)
    assert receipt["inputs"]["policy_snapshot_id"] == "snap-1"
    assert receipt["policy_version_ids"] == ["v1"]


async def test_types_that_policy_restricts_are_out(talk: Talk) -> None:
    await everything(talk)
    await evaluation(talk, restrictions=["multiplier", "mirror"])

    assert types(await talk.decided()) == ["mentor"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"allowed": True, "restrictions": ["mirror"]}, ["mentor", "multiplier"]),
        ({"allowed": False, "restrictions": []}, []),
    ],
)
async def test_gold_standards_are_obeyed(talk: Talk, reply: dict[str, Any], expected: list[str]) -> None:
    await everything(talk)
    item = {"standard_id": "s", "version": "1", **reply}
    await talk.fake("policy").script(
        "GET /v1/standards", match={"tenant": talk.tenant}, reply={"status": 200, "body": {"items": [item]}}
    )

    assert types(await talk.decided()) == expected


async def governed(talk: Talk, start: int, end: int) -> None:
    body = {
        "quiet_hours": {"start": start, "end": end},
        "retention_days": {"decisions": 90, "outcomes": 365},
        "legal_hold": False,
        "data_residency": "eu",
        "privacy_tags": [],
    }
    await talk.fake("governance").script(match={"tenant": talk.tenant}, reply={"status": 200, "body": body})


async def test_quiet_hours_of_governance_are_quiet(talk: Talk) -> None:
    await everything(talk)
    hour = datetime.now(UTC).hour
    await governed(talk, hour, (hour + 2) % 24)

    assert (await talk.decided())["actions"] == []


@pytest.mark.parametrize(("ahead", "shown"), [(0, 0), (13, 1)])
async def test_hours_are_utc_wherever_the_engine_is(
    far_away: Engine, place: Place, ahead: int, shown: int
) -> None:
    async with talking(far_away, place) as talk:
        await talk.publish()
        hour = datetime.now(UTC).hour + ahead
        await governed(talk, hour % 24, (hour + 2) % 24)

        assert len((await talk.decided())["actions"]) == shown


@pytest.fixture(scope="module")
def far_away(place: Place, work: Path) -> Iterator[Engine]:
    """Return an engine whose clock on the wall is fourteen hours ahead."""
    with running_engine(place, f"sqlite:///{work / uuid4().hex}.db", TZ="XYZ-14") as running:
        yield running


async def test_a_playbooks_own_quiet_hours_spend_nothing(talk: Talk) -> None:
    hour = datetime.now(UTC).hour
    quiet = {"quiet_hours": {"start": hour, "end": (hour + 2) % 24}, "priority": 90}
    await talk.publish(*[action()] * 5, limits=quiet)
    await talk.publish(action("mentor"), action("mentor"), action("mentor"))

    assert types(await talk.decided()) == ["mentor"] * 3


async def test_a_cool_down_lets_others_go_first(talk: Talk) -> None:
    await talk.publish(action("mirror"), name="a", limits={"cooldown_minutes": 60, "priority": 9})
    await talk.publish(action("mentor"), name="b")

    assert types(await talk.decided()) == ["mirror", "mentor"]
    assert types(await talk.decided()) == ["mentor"]
    assert types(await talk.decided()) == []


async def test_limits_are_per_actor_and_per_repository(talk: Talk) -> None:
    await talk.publish(limits={"max_per_actor_per_day": 2, "max_per_repo_per_day": 3})
    here = {"context": {"repo_id": "r:1"}}

    shown = [len((await talk.decided(here, sub=sub))["actions"]) for sub in ("a", "a", "a", "b", "b")]
    elsewhere = await talk.decided({"context": {"repo_id": "r"}}, sub="b")

    assert shown == [1, 1, 0, 1, 0]
    assert len(elsewhere["actions"]) == 1


async def test_what_a_caller_should_not_have_sent_is_nowhere(talk: Talk, engine: Engine) -> None:
    await talk.publish(action("mentor", surfaces=["ide", "alert"], llm_prompt="{repo}"))
    context = {"repo_id": "r", "source_code": SECRET_WORDS, "file_path": SECRET_WORDS, "email": SECRET_WORDS}
    signal = {"signal_id": "s", "payload": {"diff": SECRET_WORDS}, "author": SECRET_WORDS}

    reply = await talk.decide({"context": context, "signal": signal, "more": SECRET_WORDS})

    assert reply.status_code == 200
    assert SECRET_WORDS not in reply.text
    assert SECRET_WORDS not in str(await talk.receipts(3))
    assert SECRET_WORDS not in engine.log.read_text()
    assert SECRET_WORDS not in (await talk.client.get("/metrics")).text
    for name in ("policy", "llm", "ubi", "governance", "alerting"):
        assert SECRET_WORDS not in str(await talk.fake(name).journal(tenant=talk.tenant)), name


async def test_what_a_caller_should_not_have_sent_is_not_in_the_database(
    light_engine: Engine, place: Place
) -> None:
    repository, private = f"repository-{uuid4().hex}", f"private-{uuid4().hex}"
    async with talking(light_engine, place) as talk:
        await talk.publish(action("mentor", surfaces=["ide", "alert"]))
        context = {"repo_id": repository, "source_code": private, "file_path": private}
        signal = {"signal_id": "s", "payload": {"diff": private}, "author": private}
        await talk.decided({"context": context, "signal": signal, "more": private})

    written = all_bytes(place.directory.glob("*.db*"))
    assert repository.encode() in written
    assert private.encode() not in written


def all_bytes(files: Iterable[Path]) -> bytes:
    return b"".join(file.read_bytes() for file in files)


SECRETS = [
    "AKIAIOSFODNN7EXAMPLE",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
    "Authorization: Bearer abcdef0123456789abcdef",
    "password = hunter2-hunter2",
]


@pytest.mark.parametrize("secret", SECRETS)
async def test_secrets_are_refused_everywhere_and_not_logged(talk: Talk, engine: Engine, secret: str) -> None:
    template = action(payload={"body": secret})
    refused = [
        await talk.decide({"context": {"branch": secret}}),
        await talk.decide({"signal": {"payload": {"a": [{"b": secret}]}}}),
        await talk.admin("POST", "/playbooks", {"name": "n", "actions": [template]}),
        await talk.ask(
            "POST",
            "/decisions/0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11/outcomes",
            {"action_id": "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11", "result": "failed", "reason": secret},
        ),
    ]

    told = {(reply.status_code, reply.json()["error"]["code"]) for reply in refused}
    assert told == {(422, "SECRET_DETECTED")}
    assert secret not in "".join(reply.text for reply in refused)
    assert secret not in engine.log.read_text()


async def test_generated_text_is_shown_after_it_passed(talk: Talk) -> None:
    await talk.publish(
        action("mentor", llm_prompt="About {repo}"), action("multiplier", llm_prompt="Do {event}")
    )

    decision = await talk.decided({"context": {"repo_id": "repo-1"}})

    asked = {entry.request_body["prompt"] for entry in await talk.fake("llm").journal(tenant=talk.tenant)}
    assert asked == {"About repo-1", "Do none"}
    assert all(one["payload"]["body"] != "2 of 40 tests failed." for one in decision["actions"])


def generated(status: str | None) -> dict[str, Any]:
    safety = {"risk_flags": [{"risk_class": "toxicity", "severity": "high"}], "redaction_summary": None}
    return {
        "response_id": "r",
        "content": "UNSAFE TEXT",
        "safety": {**safety, "status": status} if status else safety,
    }


@pytest.mark.parametrize(
    ("status", "shown", "degraded"),
    [("fail", False, False), ("warn", True, False), ("odd", False, True), (None, False, True)],
)
async def test_only_a_good_verdict_lets_text_through(
    talk: Talk,
    status: str | None,
    shown: bool,  # noqa: FBT001 -- a table
    degraded: bool,  # noqa: FBT001 -- a table
) -> None:
    await talk.publish(
        action("mirror", llm_prompt="m"),
        action("mentor", llm_prompt="p"),
        action("multiplier", llm_prompt="q"),
    )
    await talk.fake("llm").script(
        match={"tenant": talk.tenant}, reply={"status": 200, "body": generated(status)}
    )

    reply = await talk.decide()

    decision = reply.json()["decision"]
    assert ("UNSAFE TEXT" in reply.text) is shown
    assert types(decision) == (["mirror", "mentor", "multiplier"] if shown else ["mirror", "mentor"])
    assert decision["degraded_mode"] is degraded
    (receipt,) = await talk.receipts(1, "decision")
    assert receipt["degraded"] is degraded
    assert receipt["decision"]["status"] == "warn"
    assert receipt["risk"]["flags"] == ([] if degraded else ["toxicity"])
    assert "UNSAFE" not in str(receipt)


async def test_what_policy_restricts_is_not_even_generated(talk: Talk) -> None:
    await talk.publish(action("mentor", llm_prompt="p"))
    await evaluation(talk, restrictions=["mentor"])

    await talk.decided()

    assert await talk.fake("llm").journal(tenant=talk.tenant) == []


async def alerts(talk: Talk, count: int) -> list[dict[str, Any]]:
    fake = talk.fake("alerting")
    return [entry.request_body for entry in await eventually(lambda: fake.journal(tenant=talk.tenant), count)]


async def test_alert_actions_reach_alerting_once(any_talk: Talk) -> None:
    await any_talk.publish(action("mirror", surfaces=["alert"]), action("mentor", surfaces=["ide"]))

    decision = await any_talk.decided({"signal": {"severity": "critical"}})

    (told,) = await alerts(any_talk, 1)
    assert told["decision_id"] == decision["decision_id"]
    assert told["action_id"] == decision["actions"][0]["action_id"]
    assert (told["severity"], told["title"], told["tenant_id"]) == (
        "critical",
        "Build failed",
        any_talk.tenant,
    )


async def test_alerts_go_out_after_the_answer_and_never_before(
    light_engine: Engine, place: Place, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in place.environment(f"sqlite:///{work / uuid4().hex}.db").items():
        monkeypatch.setenv(name, text)
    order: list[str] = []
    post = Courier.post

    def noted(courier: Courier, entry: Entry) -> asyncio.Task[Result]:
        order.append(f"{entry.channel} is told")
        return post(courier, entry)

    monkeypatch.setattr(Courier, "post", noted)

    async with within(light_engine, place, order) as talk:
        await talk.publish(action("mirror", surfaces=["alert"]))
        order.clear()
        await talk.decided()

    assert order == ["eris is told", "http.response.start", "http.response.body", "alerting is told"]


@contextlib.asynccontextmanager
async def within(engine: Engine, place: Place, order: list[str]) -> AsyncIterator[Talk]:
    """Talk as to this engine to one within this process, and note what it sends."""
    services = build_services(load_settings())
    app = create_app(services)

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            order.append(message["type"])
            await send(message)

        await app(scope, receive, noted)

    async with services.running(), talking(engine, place) as talk:
        await talk.client.aclose()
        talk.client = httpx.AsyncClient(transport=httpx.ASGITransport(noting), base_url=talk.client.base_url)
        yield talk


async def test_an_alert_without_a_signal_is_information(talk: Talk) -> None:
    await talk.publish(action("mirror", surfaces=["alert"]))

    await talk.decided()

    assert [told["severity"] for told in await alerts(talk, 1)] == ["info"]


async def test_another_actors_recent_signals_are_not_evidence(talk: Talk) -> None:
    await talk.publish(action("mentor"))
    mine = {
        "signal_id": "mine",
        "tenant_id": talk.tenant,
        "actor_id": talk.sub,
        "dimension": "focus",
        "severity": "warn",
        "created_at": "2026-01-01T00:00:00Z",
    }
    signals = [mine, {**mine, "signal_id": "foreign", "tenant_id": "other"}]
    await talk.fake("ubi").script(
        match={"tenant": talk.tenant}, reply={"status": 200, "body": {"signals": signals}}
    )

    (shown,) = (await talk.decided())["actions"]

    assert shown["payload"]["rationale"]["evidence_links"] == ["signal:mine"]
    (receipt,) = await talk.receipts(1, "decision")
    assert receipt["inputs"]["signal_ids"] == ["mine"]


async def test_the_metrics_count_and_name_nobody(talk: Talk) -> None:
    await talk.publish(action("mirror", surfaces=["ide", "ci"]))
    await talk.decided({"signal": {"event_type": SECRET_WORDS}})

    text = (await talk.client.get("/metrics")).text

    assert f'mmm_decisions_total{{actor_type="human",tenant_id="{talk.tenant}"}} 1.0' in text
    assert f'mmm_actions_total{{action_type="mirror",tenant_id="{talk.tenant}"}} 1.0' in text
    assert 'mmm_circuit_state{name="iam"} 0.0' in text
    assert 'mmm_decision_latency_seconds_bucket{le="0.15"}' in text
    for name in (
        "mmm_actions_delivered_total",
        "mmm_signals_received_total",
        "mmm_eris_receipt_emission_total",
    ):
        assert name in text
    assert talk.sub not in text


async def test_readiness_asks_and_health_does_not(talk: Talk, place: Place) -> None:
    ready, health = await talk.client.get("/ready"), await talk.client.get("/health")

    assert (ready.status_code, ready.json()["unavailable_dependencies"]) == (200, [])
    assert (health.status_code, health.json()) == (200, {"status": "healthy"})
    url = f"{place.fakes['policy']}/__fake__/journal"
    async with httpx.AsyncClient(trust_env=False, verify=TLS) as client:
        journal = await client.get(url, params={"operation": "GET /health"})
    assert journal.json()["entries"]

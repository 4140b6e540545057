"""What the fakes answer when nobody has scripted them: nothing restricted, nothing going on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.control import FakeControl
from fakes.running import running_fakes
from tests.fakes.calls import NOTIFICATION, PROMPT, SOUND
from tests.fakes.wire import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

CONTEXT = {"context": {"actor_type": "human", "source": "ci"}}


@pytest.fixture
async def urls() -> AsyncIterator[Mapping[str, str]]:
    async with running_fakes() as fakes:
        yield fakes.urls


async def ask(url: str, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401 -- any JSON value
    async with connect(url) as wire:
        return (await wire.ask(method, path, body)).json()


async def test_policy_allows_everything_in_a_snapshot_of_the_tenants_own(urls: Mapping[str, str]) -> None:
    first, again, other = [
        await ask(urls["policy"], "POST", f"/v1/policy/tenants/{tenant}/evaluate", CONTEXT)
        for tenant in ("a", "a", "b")
    ]
    standards = await ask(urls["policy"], "GET", "/v1/standards?tenant_id=a&framework=mmm")

    assert (first["allowed"], first["restrictions"]) == (True, [])
    assert first == again
    assert first["policy_snapshot_id"] != other["policy_snapshot_id"]
    assert [(item["allowed"], item["restrictions"]) for item in standards["items"]] == [(True, [])]


async def test_generated_text_depends_on_the_prompt_alone(urls: Mapping[str, str]) -> None:
    first, again, other, dry = [
        await ask(urls["llm"], "POST", "/v1/llm/generate", {**PROMPT, **change})
        for change in ({}, {"actor_id": "other"}, {"prompt": "Another."}, {"dry_run": True})
    ]

    assert first == again
    assert first["content"] != other["content"]
    assert first["safety"]["status"] == "pass"
    assert (bool(first["content"]), dry["content"]) == (True, "")


async def test_nobody_has_signals(urls: Mapping[str, str]) -> None:
    answer = await ask(urls["ubi"], "GET", "/v1/ubi/signals/recent?tenant_id=t&actor_id=a&limit=1")

    assert answer == {"signals": []}


async def test_no_quiet_hours_and_the_default_retention(urls: Mapping[str, str]) -> None:
    answer = await ask(urls["governance"], "GET", "/v1/data-governance/tenants/t/config")

    assert answer["quiet_hours"]["start"] == answer["quiet_hours"]["end"]
    assert answer["retention_days"] == {"decisions": 90, "outcomes": 365}
    assert answer["legal_hold"] is False


async def test_a_notification_is_accepted_once_per_tenant(urls: Mapping[str, str]) -> None:
    path = "/api/v1/notifications/mmm"
    statuses = [
        (await ask(urls["alerting"], "POST", path, {**NOTIFICATION, "tenant_id": tenant}))["status"]
        for tenant in ("t", "t", "other")
    ]
    async with FakeControl("alerting", urls["alerting"]) as control:
        await control.reset(tenant="t")
    after = [
        (await ask(urls["alerting"], "POST", path, {**NOTIFICATION, "tenant_id": tenant}))["status"]
        for tenant in ("t", "other")
    ]

    assert statuses == ["accepted", "duplicate", "accepted"]
    assert after == ["accepted", "duplicate"]


@pytest.mark.parametrize(("limit", "status"), [(0, 400), (1, 200), (100, 200), (101, 400), ("", 400)])
async def test_signals_are_asked_for_by_the_hundred_at_most(
    urls: Mapping[str, str], limit: object, status: int
) -> None:
    path = f"/v1/ubi/signals/recent?tenant_id=t&actor_id=a&limit={limit}"

    async with connect(urls["ubi"]) as wire:
        reply = await wire.ask("GET", path)

    assert reply.status == status


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("tenant_id=t&framework=mmm&repo_id=r", 200),
        ("tenant_id=t&framework=other", 400),
        ("tenant_id=t&framework=mmm&repo=r", 400),
        ("framework=mmm", 400),
    ],
)
async def test_standards_are_those_of_one_tenant_and_this_framework(
    urls: Mapping[str, str], query: str, status: int
) -> None:
    async with connect(urls["policy"]) as wire:
        reply = await wire.ask("GET", f"/v1/standards?{query}")

    assert reply.status == status


async def test_a_notification_is_known_by_its_id_alone(urls: Mapping[str, str]) -> None:
    path = "/api/v1/notifications/mmm"
    answers = [
        await ask(urls["alerting"], "POST", path, {**NOTIFICATION, "title": title})
        for title in ("first", "another")
    ]

    assert [answer["status"] for answer in answers] == ["accepted", "duplicate"]
    assert {answer["notification_id"] for answer in answers} == {NOTIFICATION["notification_id"]}


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "BAD_REQUEST", False),
        (401, "UNAUTHORIZED", False),
        (403, "FORBIDDEN", False),
        (404, "RESOURCE_NOT_FOUND", False),
        (429, "RATE_LIMIT_EXCEEDED", True),
        (500, "INTERNAL_ERROR", True),
        (503, "DEPENDENCY_UNAVAILABLE", True),
    ],
)
@pytest.mark.parametrize("name", ["policy", "llm", "ubi", "governance", "alerting"])
async def test_an_error_has_the_shape_of_all_five(
    urls: Mapping[str, str], name: str, status: int, code: str, *, retryable: bool
) -> None:
    sample = next(sample for sample in SOUND if sample.fake == name)
    async with FakeControl(name, urls[name]) as control, connect(urls[name]) as wire:
        await control.script(fault={"kind": "status", "status": status})
        reply = await wire.ask(sample.method, sample.path, sample.body, x_request_id="request-1")

    error = reply.json()["error"]
    assert (reply.status, error["code"], error["retryable"]) == (status, code, retryable)
    assert set(error) == {"code", "message", "retryable", "request_id"}
    assert error["request_id"] == reply.headers["X-Request-ID"] == "request-1"
    assert ("Retry-After" in reply.headers) is (status in {429, 503})

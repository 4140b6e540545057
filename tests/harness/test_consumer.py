"""An engine that breaks a dependency's contract is found out, once for each way to break it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from contracts.register import load_register
from fakes.catalogue import FAKES
from fakes.control import Breach, Entry, IamControl
from fakes.running import running_fakes
from harness.stages.consumer import BLAMED, collect_breaches, consumer_findings
from harness.verdicts import fold
from reports.record import Attribution, ExchangeRecorded, FindingRecorded, Status

if TYPE_CHECKING:
    from reports.record import Event

EVALUATE = "/v1/policy/tenants/a/evaluate"


async def collected(*asked: tuple[str, str, object]) -> tuple[str, list[Event]]:
    """Ask the fakes this, and return what is told of it."""
    events: list[Event] = []
    async with running_fakes() as fakes, httpx.AsyncClient(trust_env=False) as client:
        for name, path, body in asked:
            await client.post(fakes.urls[name] + path, json=body)
        summary = await collect_breaches(fakes.urls, events.append, seed=7)
    return summary, events


async def test_requests_inside_the_contracts_are_no_findings() -> None:
    summary, events = await collected(
        ("policy", EVALUATE, {"context": {"actor_type": "human", "source": "ide"}}),
        ("iam", "/iam/v1/verify", {"token": "nobody"}),
    )

    assert (summary, events) == ("every request kept its contract", [])


async def test_each_way_to_break_a_contract_is_one_finding_on_the_right_requirement() -> None:
    summary, events = await collected(
        ("policy", EVALUATE, {"context": {"actor_type": "human", "source": "nowhere"}}),
        ("policy", EVALUATE, {"context": {"actor_type": "human", "source": "elsewhere"}}),
        ("policy", EVALUATE, {"context": {"actor_type": "human"}}),
        ("alerting", "/nowhere", {}),
    )

    findings = [event.finding for event in events if isinstance(event, FindingRecorded)]
    assert summary == "3 ways to break a dependency's contract"
    assert [(finding.rule, finding.requirements) for finding in findings] == [
        ("consumer contract of policy: body.enum", ("FR-11",)),
        ("consumer contract of policy: body.required", ("FR-11",)),
        ("consumer contract of alerting: path.unknown", ("FR-8",)),
    ]
    assert findings[0].operation == "POST /v1/policy/tenants/{tenant_id}/evaluate"
    assert findings[0].detail.startswith("/body/context/source: the value is not one of ")
    assert findings[0].detail.endswith("(requests like this: 2)")
    assert len({finding.id for finding in findings}) == 3
    assert [finding.operation for finding in findings[1:]] == [findings[0].operation, "POST"]
    assert {finding.attribution for finding in findings} == {Attribution.ENGINE}


async def test_a_finding_refers_to_the_first_such_request_and_its_answer() -> None:
    _, events = await collected(
        ("policy", f"{EVALUATE}?surplus=1", {"context": {"actor_type": "human", "source": "ide"}}),
        ("policy", f"{EVALUATE}?surplus=2", {"context": {"actor_type": "human", "source": "ide"}}),
    )

    seen, found = events
    assert isinstance(seen, ExchangeRecorded)
    assert isinstance(found, FindingRecorded)
    exchange = seen.exchange
    assert found.finding.exchanges == (exchange.id,)
    assert (exchange.side, exchange.method, exchange.status) == ("policy", "POST", 400)
    assert exchange.url.endswith(f"{EVALUATE}?surplus=1")
    assert exchange.url.startswith("http://127.0.0.1:")
    assert json.loads(exchange.request.body) == {"context": {"actor_type": "human", "source": "ide"}}
    assert ("content-type", "application/json") in exchange.request.headers
    assert exchange.response is not None
    assert "surplus" in exchange.response.body


def entry(seq: int, method: str, status: int | None, rule: str) -> Entry:
    blank = dict.fromkeys(("tenant", "sub", "traceparent", "fault", "armed_at", "fired_at", "script_id"))
    return Entry(
        seq=seq,
        at="2026-11-25T00:00:00.000000Z",
        operation=None,
        method=method,
        path="/x",
        query="",
        request_headers={},
        request_body="\ufffd text",
        status=status,
        response_body=None,
        violations=(Breach(rule, "", "wrong"),),
        **blank,
    )


def test_where_no_operation_is_known_the_method_tells_two_apart() -> None:
    entries = [entry(number, method, 404, "path.unknown") for number, method in enumerate(("GET", "PUT"))]

    found = consumer_findings("policy", "http://h", entries, seed=7)

    assert [finding.operation for finding, _ in found] == ["GET", "PUT"]
    assert {finding.seed for finding, _ in found} == {7}


def test_a_request_that_never_became_whole_is_no_finding() -> None:
    found = consumer_findings(
        "policy",
        "http://h",
        [entry(1, "GET", 408, "http"), entry(2, "PUT", 431, "http"), entry(3, "PUT", 408, "body.type")],
        seed=7,
    )

    assert [exchange.id for _, exchange in found] == ["consumer-policy-2", "consumer-policy-3"]


def test_what_was_never_answered_says_so() -> None:
    ((_, exchange),) = consumer_findings("policy", "http://h", [entry(1, "GET", None, "body.type")], seed=7)

    assert (exchange.status, exchange.response, exchange.error) == (None, None, "no answer")
    assert exchange.request.body == "\ufffd text"


async def test_such_a_finding_violates_its_requirement() -> None:
    _, events = await collected(("policy", EVALUATE, {}))

    verdicts = {verdict.requirement: verdict.status for verdict in fold(load_register(), events).verdicts}

    assert verdicts["FR-11"] is Status.VIOLATED
    assert [requirement for requirement, status in verdicts.items() if status is Status.VIOLATED] == ["FR-11"]


async def test_no_token_is_told() -> None:
    events: list[Event] = []
    async with running_fakes(only=["iam"]) as fakes, httpx.AsyncClient(trust_env=False) as client:
        async with IamControl("iam", fakes.urls["iam"]) as iam:
            token = await iam.mint(sub="ann", tenant_id="a")
        await client.get(f"{fakes.urls['iam']}/iam/v1/{token}")
        await client.post(f"{fakes.urls['iam']}/iam/v1/verify", json={token: 1})
        await collect_breaches(fakes.urls, events.append, seed=7)

    assert len(events) == 6
    assert token not in repr(events)


@pytest.mark.parametrize("name", FAKES)
def test_every_fake_is_there_for_a_requirement(name: str) -> None:
    assert BLAMED[name] in load_register()

"""An engine that breaks a dependency's contract is found out, once for each way to break it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from contracts.register import load_register
from fakes.catalogue import FAKES
from fakes.control import IamControl
from fakes.running import running_fakes
from harness.stages.consumer import BLAMED, collect_breaches
from harness.verdicts import fold
from reports.record import Attribution, FindingRecorded, Status

if TYPE_CHECKING:
    from reports.record import Event

EVALUATE = "/v1/policy/tenants/a/evaluate"


async def collected(*asked: tuple[str, str, object]) -> tuple[str, list[Event]]:
    """Ask the fakes this, and return what is told of it."""
    events: list[Event] = []
    async with running_fakes() as fakes, httpx.AsyncClient(trust_env=False) as client:
        for name, path, body in asked:
            await client.post(fakes.urls[name] + path, json=body)
        summary = await collect_breaches(fakes.urls, events.append)
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
    assert {finding.attribution for finding in findings} == {Attribution.ENGINE}


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
        await collect_breaches(fakes.urls, events.append)

    assert len(events) == 3
    assert token not in repr(events)


@pytest.mark.parametrize("name", FAKES)
def test_every_fake_is_there_for_a_requirement(name: str) -> None:
    assert BLAMED[name] in load_register()

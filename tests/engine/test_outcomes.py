"""Section 4: outcomes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.house import action, talking

if TYPE_CHECKING:
    import httpx

    from tests.engine.house import Place, Talk

UNKNOWN = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"


class Shown:
    """A decision with one action, and somebody who says what became of it."""

    def __init__(self, talk: Talk, decision: dict[str, Any]) -> None:
        self.talk = talk
        self.decision_id: str = decision["decision_id"]
        self.action_id: str = decision["actions"][0]["action_id"]

    async def post(self, result: str, **more: Any) -> httpx.Response:  # noqa: ANN401 -- members of a JSON body
        body = {"action_id": self.action_id, "result": result, **more}
        decision_id = body.pop("decision_id", self.decision_id)
        persona = body.pop("persona", {})
        return await self.talk.ask("POST", f"/decisions/{decision_id}/outcomes", body, **persona)


async def shown(talk: Talk) -> Shown:
    await talk.publish()
    return Shown(
        talk, await talk.decided({"context": {"repo_id": "r", "source": "ci", "environment": "prod"}})
    )


async def test_an_outcome_is_accepted_with_a_receipt_of_its_own(any_talk: Talk) -> None:
    one = await shown(any_talk)

    reply = await one.post("accepted")

    assert reply.status_code == 202
    (receipt,) = await any_talk.receipts(1, "outcome")
    (decision,) = await any_talk.receipts(1, "decision")
    assert reply.json() == {"outcome_id": receipt["inputs"]["outcome_id"], "status": "accepted"}
    assert receipt["parent_receipt_id"] == decision["receipt_id"]
    assert receipt["inputs"]["decision_id"] == one.decision_id
    assert receipt["inputs"]["action_id"] == one.action_id
    assert receipt["result"] == {"outcome": "accepted"}
    assert (receipt["evaluation_point"], receipt["environment"]) == ("pre-merge", "prod")
    assert receipt["actor"]["repo_id"] == "r"
    assert receipt["risk"]["score"] == decision["risk"]["score"] == 0.1


@pytest.mark.parametrize("result", ["dismissed", "failed"])
async def test_a_reason_is_required_and_kept_out_of_the_receipt(talk: Talk, result: str) -> None:
    one = await shown(talk)

    without, given = await one.post(result), await one.post(result, reason="too noisy")

    assert (without.status_code, without.json()["error"]["details"]["field"]) == (422, "reason")
    assert given.status_code == 202
    assert "noisy" not in str(await talk.receipts(1, "outcome"))


@pytest.mark.parametrize("result", ["shown", "ignored", "accepted"])
async def test_otherwise_it_is_not(talk: Talk, result: str) -> None:
    one = await shown(talk)

    assert (await one.post(result)).status_code == 202
    assert (await one.post(result, reason=None)).status_code == 422


async def test_unknown_decisions_and_actions_are_404(any_talk: Talk) -> None:
    one, other = await shown(any_talk), await shown(any_talk)

    replies = [
        await one.post("shown", decision_id=UNKNOWN),
        await one.post("shown", action_id=UNKNOWN),
        await one.post("shown", action_id=other.action_id),
    ]

    assert {reply.status_code for reply in replies} == {404}


async def test_another_tenants_decision_does_not_exist(any_talk: Talk, place: Place) -> None:
    one = await shown(any_talk)

    async with talking(any_talk.engine, place) as other:
        body = {"action_id": one.action_id, "result": "shown"}
        reply = await other.ask("POST", f"/decisions/{one.decision_id}/outcomes", body)

    assert reply.status_code == 404


async def test_a_final_result_stands(any_talk: Talk) -> None:
    one = await shown(any_talk)

    replies = [
        await one.post("shown"),
        await one.post("accepted"),
        await one.post("accepted"),
        await one.post("dismissed", reason="x"),
        await one.post("failed", reason="x"),
        await one.post("ignored"),
    ]

    assert [reply.status_code for reply in replies] == [202, 202, 202, 409, 409, 202]
    assert len(await any_talk.receipts(4, "outcome")) == 4


async def test_of_two_that_contradict_at_once_one_stands(any_talk: Talk) -> None:
    one = await shown(any_talk)

    replies = await asyncio.gather(
        *(one.post(r, reason="x") for r in ("accepted", "dismissed", "failed") * 3)
    )

    statuses = [reply.status_code for reply in replies]
    assert statuses.count(202) == 3
    assert statuses.count(409) == 6


async def test_only_some_may_name_another_actor(talk: Talk) -> None:
    one = await shown(talk)

    assert (await one.post("shown", actor_id="other")).status_code == 403
    assert (await one.post("shown", actor_id=talk.sub)).status_code == 202
    assert (await one.post("shown", actor_id="other", persona={"roles": ["ci_bot"]})).status_code == 202


async def test_what_is_malformed_names_its_field(talk: Talk) -> None:
    one = await shown(talk)

    replies = {
        "result": await one.post("loved"),
        "action_id": await one.post("shown", action_id="1"),
        "reason": await one.post("shown", reason=7),
    }

    for field, reply in replies.items():
        assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, field)


async def test_outcomes_are_counted(talk: Talk) -> None:
    one = await shown(talk)

    await one.post("ignored")

    assert 'mmm_outcomes_total{result="ignored"}' in (await talk.client.get("/metrics")).text


async def test_an_offer_that_was_accepted_is_carried_out_by_others(talk: Talk) -> None:
    await talk.publish(action("multiplier", surfaces=["ide"]))
    one = Shown(talk, await talk.decided())

    assert (await one.post("accepted")).status_code == 202
    await talk.receipts(4)

    heard = {
        name: {entry.operation for entry in await talk.fake(name).journal(tenant=talk.tenant)}
        for name in ("policy", "llm", "ubi", "governance", "eris", "alerting")
    }
    assert heard == {
        "policy": {"POST /v1/policy/tenants/{tenant_id}/evaluate", "GET /v1/standards"},
        "llm": set(),
        "ubi": {"GET /v1/ubi/signals/recent"},
        "governance": {"GET /v1/data-governance/tenants/{tenant_id}/config"},
        "eris": {"POST /v1/evidence/receipts"},
        "alerting": set(),
    }

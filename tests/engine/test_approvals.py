"""Section 6: two different people, one after the other."""

# ruff: noqa: ANN401 -- members of JSON bodies are of any type

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from contracts.schema import load_schema
from engine.approvals.steps import Part, Step, after, part_of
from engine.storage.approvals import Approval
from engine.storage.database import Database
from engine.storage.schema import APPROVALS
from engine.values.caller import Caller
from engine.values.words import ApprovalStatus, Verdict
from tests.engine.house import action, talking

if TYPE_CHECKING:
    import httpx

    from tests.engine.house import Place, Talk

UNKNOWN = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"
NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
APPROVER: dict[str, Any] = {"sub": "approver-1", "roles": ["mmm_approver"]}
DUAL = action("multiplier", requires_dual_channel=True)
STATUSES = get_args(ApprovalStatus)


def approval(status: ApprovalStatus = "pending", **more: Any) -> Approval:
    members: dict[str, Any] = {
        **dict.fromkeys(("approval_id", "action_id", "decision_id"), UNKNOWN),
        **dict.fromkeys(("approver_id", "first_approval_at", "second_approval_at")),
        "tenant_id": "tenant-1",
        "actor_id": "actor-1",
        "status": status,
        "created_at": NOW,
        "updated_at": NOW,
        **more,
    }
    return Approval(**members)


def caller(sub: str, *roles: str) -> Caller:
    return Caller(sub, "tenant-1", "human", frozenset(roles), frozenset())


def test_the_way_to_both_approvals_marks_who_and_when() -> None:
    later, last = NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)

    first = after(approval(), Step("actor", "approve"), "actor-1", later)
    assert first == approval("first_approved", first_approval_at=later, updated_at=later)
    second = after(first, Step("approver", "approve"), "boss", last)

    marks = {"approver_id": "boss", "second_approval_at": last, "updated_at": last}
    assert second == replace(first, status="fully_approved", **marks)  # type: ignore[arg-type]  # of many types


def test_either_may_end_it_in_turn() -> None:
    by_actor = after(approval(), Step("actor", "reject"), "actor-1", NOW)
    by_approver = after(approval("first_approved"), Step("approver", "reject"), "boss", NOW)

    assert by_actor == approval("rejected")
    assert by_approver == approval("rejected", approver_id="boss")


def test_four_steps_exist_and_no_other() -> None:
    every = product(STATUSES, get_args(Part), get_args(Verdict))

    possible = {
        (status, part)
        for status, part, verdict in every
        if after(approval(status), Step(part, verdict), "x", NOW) is not None
    }

    assert possible == {("pending", "actor"), ("first_approved", "approver")}


@pytest.mark.parametrize(
    ("status", "part", "fitting"), [("pending", "actor", True), ("first_approved", "approver", False)]
)
def test_is_first_must_fit(status: ApprovalStatus, part: Part, fitting: bool) -> None:  # noqa: FBT001 -- a table
    assert after(approval(status), Step(part, "approve", fitting), "x", NOW) is not None
    assert after(approval(status), Step(part, "approve", not fitting), "x", NOW) is None


steps = st.lists(st.tuples(st.sampled_from(["actor-1", "boss", "other"]), st.sampled_from(get_args(Verdict))))


@given(steps)
def test_no_row_of_steps_gets_there_without_two_people(taken: list[tuple[str, Verdict]]) -> None:
    state = approval()
    approved: list[str] = []
    for sub, verdict in taken:
        part = part_of(state, caller(sub, "tenant_admin"))
        assert part is not None
        moved = after(state, Step(part, verdict), sub, NOW)
        if moved is not None and verdict == "approve":
            approved.append(sub)
        assert moved is None or state.status not in {"fully_approved", "rejected"}
        state = moved or state

    assert (state.status == "fully_approved") is (len(approved) == 2)
    assert len(approved) < 2 or (approved[0] == "actor-1" != approved[1] == state.approver_id)


@pytest.mark.parametrize("role", ["mmm_admin", "tenant_admin", "mmm_approver"])
def test_approvers_have_a_whole_role_and_are_never_the_actor(role: str) -> None:
    assert part_of(approval(), caller("boss", role)) == "approver"
    assert part_of(approval(), caller("actor-1", role)) == "actor"
    assert part_of(approval(), caller("boss", role + "s", "x" + role, role.upper())) is None


class Waiting:
    """A decision with one action that needs two approvals, and those who give them."""

    def __init__(self, talk: Talk, decision: dict[str, Any]) -> None:
        self.talk = talk
        self.decision_id: str = decision["decision_id"]
        self.action_id: str = decision["actions"][0]["action_id"]

    async def approve(self, body: Any = None, **persona: Any) -> httpx.Response:
        return await self.talk.ask("POST", f"/actions/{self.action_id}/approve", body or {}, **persona)

    async def status(self) -> dict[str, Any]:
        reply = await self.talk.ask("GET", f"/actions/{self.action_id}/approval-status", scope=[])
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found


async def waiting(talk: Talk) -> Waiting:
    await talk.publish(DUAL)
    context = {"repo_id": "r", "source": "ci", "environment": "prod"}
    return Waiting(talk, await talk.decided({"context": context}))


async def test_an_action_waits_from_its_decision_on(talk: Talk) -> None:
    one = await waiting(talk)

    found = await one.status()

    times = {"created_at", "updated_at"}
    assert all(found.pop(name).endswith("+00:00") for name in times)
    assert len(found.pop("approval_id")) == 36
    assert found == {
        "action_id": one.action_id,
        "decision_id": one.decision_id,
        "actor_id": talk.sub,
        "approver_id": None,
        "status": "pending",
        "first_approval_at": None,
        "second_approval_at": None,
    }


async def test_what_an_older_version_decided_waits_too(any_talk: Talk) -> None:
    one = await waiting(any_talk)
    before = await one.status()
    assert await forgotten(any_talk.engine.database, one.action_id) == 1

    found = await one.status()
    steps = await asyncio.gather(*(one.approve() for _ in range(5)))
    last = await one.approve(**APPROVER)

    assert found == before
    assert sorted(reply.status_code for reply in steps) == [200, 409, 409, 409, 409]
    assert last.json()["status"] == "fully_approved"
    assert last.json()["approval"]["approval_id"] == before["approval_id"]
    async with talking(any_talk.engine, any_talk.place) as another:
        foreign = await another.ask("GET", f"/actions/{one.action_id}/approval-status")
    assert foreign.status_code == 404


async def forgotten(url: str, action_id: str) -> int:
    """Leave an action as an engine without approvals would have."""
    database = Database(url, pool_min=1, pool_max=1)
    try:
        await database.prepare()
        async with database.writing() as connection:
            gone = delete(APPROVALS).where(APPROVALS.c.action_id == action_id)
            return (await connection.execute(gone)).rowcount
    finally:
        await database.aclose()


async def test_first_the_actor_then_an_approver(any_talk: Talk) -> None:
    one = await waiting(any_talk)

    first = await one.approve({"actor_id": any_talk.sub, "is_first": True})
    second = await one.approve({"is_first": False, "verdict": "approve", "odd": 1}, **APPROVER)

    assert [reply.json()["status"] for reply in (first, second)] == ["first_approved", "fully_approved"]
    found = second.json()["approval"]
    assert found == await one.status()
    assert found["approver_id"] == "approver-1"
    assert found["created_at"] < found["first_approval_at"] < found["second_approval_at"]
    assert found["updated_at"] == found["second_approval_at"]


async def test_each_step_leaves_a_receipt_and_nothing_else_does(talk: Talk) -> None:
    one = await waiting(talk)

    await one.approve(**APPROVER)  # out of turn
    await one.approve({"actor_id": "other"})
    await one.approve()
    await one.approve()  # the same person twice
    await one.approve({"verdict": "reject"}, **APPROVER, actor_type="service")
    await one.status()

    told = await talk.receipts(2, "approval")
    (decision,) = await talk.receipts(1, "decision")
    approval_id = (await one.status())["approval_id"]
    ids = {"decision_id": one.decision_id, "action_id": one.action_id, "approval_id": approval_id}
    assert [receipt["result"] for receipt in told] == [
        {"verdict": "approve", "before": "pending", "after": "first_approved"},
        {"verdict": "reject", "before": "first_approved", "after": "rejected"},
    ]
    for receipt, kind in zip(told, ("human", "service"), strict=True):
        assert load_schema("receipt").check(receipt) == []
        assert {name: receipt["inputs"][name] for name in ids} == ids
        assert receipt["parent_receipt_id"] == decision["receipt_id"]
        assert (receipt["evaluation_point"], receipt["environment"]) == ("pre-merge", "prod")
        assert receipt["actor"] == {"repo_id": "r", "type": kind}
        assert receipt["risk"]["score"] == 0.6
        assert talk.sub not in str(receipt)
    assert len(await talk.receipts(5)) == 5


async def test_who_may_not_is_403_and_who_is_out_of_turn_409(talk: Talk) -> None:
    one = await waiting(talk)

    refused = [
        await one.approve(sub="bystander"),
        await one.approve({"actor_id": talk.sub}, **APPROVER),
        await one.approve({"tenant_id": "another"}),
        await one.approve(**APPROVER),
        await one.approve({"verdict": "reject"}, **APPROVER),
        await one.approve({"is_first": False}),
        await one.approve({"is_first": True}, **APPROVER),
    ]

    assert [reply.status_code for reply in refused] == [403, 403, 403, 409, 409, 409, 409]
    assert (await one.status())["status"] == "pending"


async def test_an_admin_who_is_the_actor_is_no_second_person(talk: Talk) -> None:
    one = await waiting(talk)
    admin: dict[str, Any] = {"roles": ["mmm_admin", "mmm_approver"]}

    first, again = await one.approve(**admin), await one.approve({"is_first": False}, **admin)
    withdrawn = await one.approve({"verdict": "reject"}, **admin)

    assert [reply.status_code for reply in (first, again, withdrawn)] == [200, 409, 409]
    assert (await one.status())["status"] == "first_approved"


@pytest.mark.parametrize("ends", ["approve", "reject"])
async def test_what_has_ended_stays_so(talk: Talk, ends: str) -> None:
    one = await waiting(talk)
    await one.approve()
    assert (await one.approve({"verdict": ends}, **APPROVER)).status_code == 200
    before = await one.status()

    late = [
        await one.approve(persona_body, **persona)
        for persona_body in ({}, {"verdict": "reject"}, {"is_first": True}, {"is_first": False})
        for persona in ({}, APPROVER, {"sub": "boss", "roles": ["tenant_admin"]})
    ]
    bystander = await one.approve(sub="bystander")

    assert {reply.status_code for reply in late} == {409}
    assert bystander.status_code == 403
    assert await one.status() == before


async def test_the_actor_may_reject_at_once(talk: Talk) -> None:
    one = await waiting(talk)

    reply = await one.approve({"verdict": "reject"})

    assert reply.json()["status"] == "rejected"
    assert reply.json()["approval"]["first_approval_at"] is None
    assert (await one.approve(**APPROVER)).status_code == 409


async def test_for_somebody_elses_decision_that_one_is_first(talk: Talk) -> None:
    await talk.publish(DUAL)
    one = Waiting(talk, await talk.decided({"actor_id": "somebody"}, roles=["ci_bot"]))

    asker = await one.approve()
    somebody = await one.approve(sub="somebody")

    assert (asker.status_code, somebody.json()["status"]) == (403, "first_approved")


async def test_without_dual_channel_there_is_nothing_to_approve(any_talk: Talk, place: Place) -> None:
    await any_talk.publish(action(), DUAL)
    decision = await any_talk.decided()
    plain, dual = (one["action_id"] for one in decision["actions"])

    async def answers(talk: Talk, action_id: str) -> list[int]:
        path = f"/actions/{action_id}"
        replies = [
            await talk.admin("POST", f"{path}/approve", {}),
            await talk.admin("GET", f"{path}/approval-status"),
        ]
        return [reply.status_code for reply in replies]

    assert await answers(any_talk, dual) == [409, 200]
    for nothing in (plain, UNKNOWN, decision["decision_id"], "x", dual.upper(), "%00"):
        assert await answers(any_talk, nothing) == [404, 404]
    async with talking(any_talk.engine, place) as other:
        assert await answers(other, dual) == [404, 404]


async def test_refusals_come_in_their_order(talk: Talk) -> None:
    nothing = f"/actions/{UNKNOWN}/approve"

    malformed = await talk.ask("POST", nothing, {"verdict": "maybe", "actor_id": "other"})
    misnamed = await talk.ask("POST", nothing, {"actor_id": "other"})
    absent = await talk.ask("POST", nothing, {})

    assert [reply.status_code for reply in (malformed, misnamed, absent)] == [422, 403, 404]
    assert malformed.json()["error"]["details"]["field"] == "verdict"


async def test_a_malformed_approval_names_its_field(talk: Talk) -> None:
    wrong: list[tuple[str, Any]] = [
        *(("verdict", verdict) for verdict in (None, "APPROVE")),
        *(("is_first", is_first) for is_first in (None, "true", 1)),
        *(("actor_id", actor_id) for actor_id in ("", ["x"], "x" * 201)),
        ("tenant_id", 10**400),
    ]

    for field, value in wrong:
        reply = await talk.ask("POST", f"/actions/{UNKNOWN}/approve", {field: value})
        assert (reply.status_code, reply.json()["error"]["details"]["field"]) == (422, field)


async def test_names_with_any_character_approve(any_talk: Talk) -> None:
    odd = "\\0'; -- \U0001f600"
    await any_talk.publish(DUAL)
    one = Waiting(any_talk, await any_talk.decided(sub=odd))
    invisible = Waiting(any_talk, await any_talk.decided({"actor_id": "\x00"}, roles=["ci_bot"]))

    first = await one.approve({"actor_id": odd}, sub=odd)
    second = await one.approve(sub=odd + odd, roles=["mmm_approver"])

    assert (first.status_code, second.status_code) == (200, 200)
    assert (await one.status())["approver_id"] == odd + odd
    assert (await invisible.status())["actor_id"] == "\x00"


async def test_of_many_at_once_one_takes_each_step(any_talk: Talk) -> None:
    one = await waiting(any_talk)

    firsts = await asyncio.gather(*(one.approve() for _ in range(6)))
    seconds = await asyncio.gather(
        *(one.approve(sub=f"approver-{n}", roles=["mmm_approver"]) for n in range(6))
    )

    for replies in (firsts, seconds):
        assert sorted(reply.status_code for reply in replies) == [200] + [409] * 5
    assert len(await any_talk.receipts(2, "approval")) == 2

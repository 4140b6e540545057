"""What counts as unavailable: an answer that comes too late or breaks its contract; a refusal does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario import (
    CONFIG,
    DECISION,
    RECENT_SIGNALS,
    EngineClient,
    Given,
    Governance,
    Iam,
    People,
    Ubi,
    each_answered,
    each_of,
    not_exercised,
    own_world,
    parametrize,
    requirement,
)

if TYPE_CHECKING:
    from harness.scenario import Dependency

# The longer time-out of the two is a second; a busy machine gets three more.
ANSWERED_WITHIN = 4.0
# The shortest sound answer (of fourteen bytes) takes longer than that, and each of its bytes comes soon.
BYTES_PER_SECOND = 3.0
MORE_THAN_OPEN_A_CIRCUIT = 7
REFUSAL = {"error": {"code": "NOT_FOUND", "message": "no", "retryable": False, "request_id": "r-1"}}
EVERYBODY: dict[str, object] = {}
NO_QUIET_HOURS = {"start": 0, "end": 0}
BROKEN_SIGNALS: tuple[object, ...] = ({}, {"signals": "none"}, [])
BROKEN_CONFIGS: tuple[object, ...] = ({}, {"quiet_hours": NO_QUIET_HOURS}, [])


async def asked_for(dependency: Dependency, operation: str, people: People) -> None:
    """Leave a scenario where governance was not asked for a tenant that has quiet hours of its own."""
    if dependency.name == "governance" and not await dependency.calls(operation, tenant=people.tenant):
        not_exercised("governance is not asked for a tenant that has quiet hours of its own")


async def a_tenant(engine: EngineClient, given: Given) -> People:
    """Return the people of a tenant of which nothing is remembered, where a playbook fires at any hour."""
    others = engine.people.elsewhere()
    await given.published_playbook(by=others.admin)
    await given.tenant_policy(others.admin, quiet_hours=NO_QUIET_HOURS)
    return others


@requirement("NFR-1", "NFR-6")
@own_world()
@parametrize("name", ["ubi", "governance"])
async def test_an_answer_that_drips_is_waited_for_no_longer_than_any_other(
    name: str, engine: EngineClient, given: Given, ubi: Ubi, governance: Governance
) -> None:
    """A time-out is of the whole call: an answer that drips is given up as one that never comes."""
    one, other = await a_tenant(engine, given), await a_tenant(engine, given)
    dependency, operation = {"ubi": (ubi, RECENT_SIGNALS), "governance": (governance, CONFIG)}[name]
    healthy = await engine.decide(one.developer)
    await dependency.drips(operation, BYTES_PER_SECOND)

    reply = await engine.decide(other.developer)

    await asked_for(dependency, operation, other)
    assert healthy.decision["degraded_mode"] is False
    assert reply.decision["degraded_mode"] is True
    assert len(reply.decision.actions) == 1
    assert reply.seconds < ANSWERED_WITHIN


@requirement("NFR-6", "FR-2")
@own_world()
@parametrize("name", ["ubi", "governance"])
async def test_an_answer_that_breaks_its_contract_is_none(
    name: str, engine: EngineClient, given: Given, ubi: Ubi, governance: Governance
) -> None:
    """A 200 without the members that it must have is an outage: decisions go on, and say degraded."""
    broken: dict[str, tuple[Ubi | Governance, str, tuple[object, ...]]] = {
        "ubi": (ubi, RECENT_SIGNALS, BROKEN_SIGNALS),
        "governance": (governance, CONFIG, BROKEN_CONFIGS),
    }
    dependency, operation, answers = broken[name]
    replies, healthy = [], []

    for answer in answers:
        asking = await a_tenant(engine, given)
        await dependency.replies(operation, answer, match=EVERYBODY)
        replies.append(await engine.decide(asking.developer))
        await asked_for(dependency, operation, asking)
        await dependency.heals()
        healthy.append(await engine.decide((await a_tenant(engine, given)).developer))

    for reply in each_of(replies):
        assert reply.decision["degraded_mode"] is True
        assert len(reply.decision.actions) == 1
    for reply in each_of(healthy):
        assert reply.decision["degraded_mode"] is False


@requirement("NFR-6", "FR-2")
@own_world()
@parametrize("name", ["ubi", "governance"])
async def test_a_refusal_is_an_answer(
    name: str, engine: EngineClient, given: Given, ubi: Ubi, governance: Governance
) -> None:
    """A 4xx of who only informs is no outage: decisions go on, and many of them open no circuit.

    Whether a decision that was made without what was refused says so is the engine's choice.
    """
    tenants = [await a_tenant(engine, given) for _ in range(MORE_THAN_OPEN_A_CIRCUIT + 1)]
    dependency, operation = {"ubi": (ubi, RECENT_SIGNALS), "governance": (governance, CONFIG)}[name]
    await dependency.replies(operation, REFUSAL, status=404, match=EVERYBODY)

    refused = [await engine.decide(one.developer) for one in tenants[1:]]
    await dependency.heals()
    later = await engine.decide(tenants[0].developer)

    each_answered([*refused, later], 200)
    for reply in each_of([*refused, later]):
        assert len(reply.decision.actions) == 1
    assert later.decision["degraded_mode"] is False


@requirement("NFR-7", "NFR-6")
@own_world()
@parametrize("how", ["fails", "says nothing of use"])
async def test_who_iam_cannot_say_may_decide_does_not(
    how: str, engine: EngineClient, people: People, given: Given, iam: Iam
) -> None:
    """While IAM's /decision is unavailable nobody decides: 503. To ask it is the engine's choice.

    So is whether an answer that says nothing of use is none, or one that is not ALLOW: 403.
    """
    await given.published_playbook()
    answers: dict[str, tuple[int, object, tuple[int, ...]]] = {
        "fails": (503, {}, (503,)),
        "says nothing of use": (200, {}, (503, 403)),
    }
    status, body, refusals = answers[how]
    person = people.another_developer()
    await iam.replies(DECISION, body, status=status, match={"sub": person.sub}, may_be_idle=True)

    reply = await engine.decide(person)
    await iam.heals()
    later = await engine.decide(people.another_developer())

    asked = await iam.calls(DECISION, sub=person.sub)
    each_answered([reply, later], refusals if asked else 200, 200)
    if reply.status == 503:
        assert reply.error_code == "IAM_UNAVAILABLE"

"""A dependency is gone: the engine goes on, says that it is degraded, and prefers no nudge to an unsafe."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from harness.scenario import (
    NOTIFY,
    STANDARDS,
    Alerting,
    EngineClient,
    Eris,
    Given,
    Governance,
    Iam,
    People,
    Policy,
    Ubi,
    a_mentor,
    a_mirror,
    a_multiplier,
    a_playbook,
    asked_until,
    each_of,
    eventually,
    own_world,
    requirement,
)

if TYPE_CHECKING:
    from harness.scenario import Dependency

# Governance's hours where it cannot be asked: from 22 until before 6, UTC.
NIGHT = {22, 23, *range(6)}
# Alerting is told after the answer.
TOLD_WITHIN = 8.0
# A breaker that counts, a health that is remembered for a moment: an engine need not notice at once.
NOTICED_WITHIN = 15.0
OPENS_A_CIRCUIT = 5
ONE_OF_EACH = [a_mirror("A fact"), a_mentor("A hint"), a_multiplier("An offer")]


@requirement("NFR-6", "FR-2")
@own_world()
async def test_without_what_only_informs_decisions_go_on_degraded(
    engine: EngineClient, people: People, given: Given, ubi: Ubi, governance: Governance, eris: Eris
) -> None:
    """Without recent signals or governance decisions are made, and answer and receipt say degraded."""
    tenants = [people, people.elsewhere(), people.elsewhere()]
    for one in tenants:
        await given.published_playbook(by=one.admin)
        await given.tenant_policy(one.admin, quiet_hours={"start": 0, "end": 0})
    healthy = (await engine.decide(people.developer)).decision
    without = {}

    for dependency, one in zip((ubi, governance), tenants[1:], strict=True):
        await dependency.goes_down()
        without[one.tenant] = (await engine.decide(one.developer)).decision
        await dependency.heals()

    assert healthy["degraded_mode"] is False
    assert (await eris.receipt_of(healthy.id))["degraded"] is False
    for tenant, decision in each_of(without.items()):
        assert len(decision.actions) == 1
        assert decision["degraded_mode"] is True
        receipt = await eris.receipt_of(decision.id, tenant=tenant)
        assert receipt["degraded"] is True
        assert receipt.status == "warn"
        assert receipt.schema_problems() == []


@requirement("NFR-6", "FR-7")
@own_world()
async def test_without_governance_the_night_is_quiet(
    engine: EngineClient, people: People, given: Given, governance: Governance
) -> None:
    """Where governance cannot be asked and the tenant says nothing, it is quiet from 22 to 6 (UTC)."""
    await given.published_playbook()
    await governance.goes_down()

    hours = [datetime.now(UTC).hour]
    decision = (await engine.decide(people.developer)).decision
    hours.append(datetime.now(UTC).hour)

    assert decision["degraded_mode"] is True
    assert len(decision.actions) in {0 if hour in NIGHT else 1 for hour in hours}


@requirement("NFR-6", "FR-11", "UT-MMM-04")
@own_world()
async def test_without_gold_standards_there_are_mirrors_only(
    engine: EngineClient, people: People, given: Given, policy: Policy, eris: Eris
) -> None:
    """Where the gold standards cannot be known, facts are shown, and nothing that they might forbid."""
    others = people.elsewhere()
    for admin in (people.admin, others.admin):
        await given.published_playbook(a_playbook(actions=ONE_OF_EACH), by=admin)
    healthy = (await engine.decide(others.developer)).decision
    await policy.replies(STANDARDS, {"error": {}}, status=503)

    decision = (await engine.decide(people.developer)).decision

    assert sorted(healthy.types) == ["mentor", "mirror", "multiplier"]
    assert decision.types == ["mirror"]
    assert decision["degraded_mode"] is True
    assert (await eris.receipt_of(decision.id))["degraded"] is True


@requirement("NFR-6", "FR-8")
@own_world()
async def test_without_alerting_a_decision_is_none_the_worse(
    engine: EngineClient, people: People, given: Given, alerting: Alerting, eris: Eris
) -> None:
    """A failure of alerting does not touch the decision: neither it nor its receipt is degraded."""
    await given.published_playbook(a_playbook(actions=[a_mirror("An alert", surfaces=["alert", "ide"])]))
    await alerting.goes_down()

    decision = (await engine.decide(people.developer)).decision

    assert decision.titles == ["An alert"]
    assert sorted(decision.actions[0].strings("surfaces")) == ["alert", "ide"]
    assert decision["degraded_mode"] is False
    receipt = await eris.receipt_of(decision.id)
    assert receipt["degraded"] is False
    assert receipt.status == "pass"
    assert await eventually(lambda: alerting.calls(NOTIFY), TOLD_WITHIN)


@requirement("NFR-6")
@own_world()
async def test_readiness_tells_what_is_gone_and_health_does_not_care(
    engine: EngineClient, iam: Iam, policy: Policy, eris: Eris
) -> None:
    """Without IAM, policy or ERIS `/ready` is soon 503 and names it; `/health` is 200 all the while.

    However often `/ready` asks, no circuit opens for it: once all are back, the next decision is whole.
    """
    gone: dict[str, list[str]] = {}

    async def ready(wanted: int) -> list[str]:
        asked = await asked_until(
            lambda: engine.public("ready"), lambda reply: reply.status == wanted, within=NOTICED_WITHIN
        )
        assert asked[-1].status == wanted
        return asked[-1].object.strings("unavailable_dependencies")

    dependencies: list[Dependency] = [iam, policy, eris]
    for dependency in dependencies:
        await dependency.goes_down(may_be_idle=True)
        gone[dependency.name] = await ready(503)
        for _ in range(OPENS_A_CIRCUIT):
            await engine.public("ready")
        health = await engine.public("health")
        await dependency.heals()
        assert health.status == 200
        assert await ready(200) == []

    assert all(each_of(gone.values()))
    assert len({tuple(sorted(names)) for names in gone.values()}) == 3
    decision = (await engine.decide()).decision
    assert decision["degraded_mode"] is False

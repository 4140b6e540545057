"""What is too old is gone, each kind in its own time, and a legal hold keeps all of it."""

from __future__ import annotations

from harness.scenario import (
    Decision,
    EngineClient,
    Given,
    Governance,
    Names,
    People,
    StoredData,
    an_outcome,
    asked_until,
    each_answered,
    eventually,
    not_exercised,
    own_world,
    requirement,
)

FORGOTTEN_WITHIN = 15.0


@requirement("PR-MMM-02", "NFR-3")
@own_world(retention_interval_seconds=1)
async def test_outcomes_are_kept_as_long_as_governance_says_of_outcomes(
    engine: EngineClient,
    people: People,
    given: Given,
    governance: Governance,
    stored: StoredData,
    names: Names,
) -> None:
    """An outcome outlives its decision by as much as governance says, and a legal hold keeps it for good.

    Three tenants: one keeps outcomes for longer than decisions, one nothing for long, one is under a legal
    hold. Time is moved by moving what is stored, twice, so that each tenant's turn surely came.
    """
    brief, held = people.elsewhere(), people.elsewhere()
    short = {"decisions": 5, "outcomes": 5}
    await governance.says(retention_days=short | {"outcomes": 50})
    await governance.says(retention_days=short, tenant=brief.tenant)
    await governance.says(retention_days=short, legal_hold=True, tenant=held.tenant)
    reasons = {one.tenant: names.canary() for one in (people, brief, held)}
    decision = await _dismissed(given, people, reasons[people.tenant])
    for one in (brief, held):
        await _dismissed(given, one, reasons[one.tenant])
    if not all([await stored.mentions(reason) for reason in reasons.values()]):
        not_exercised("the engine keeps no reason of an outcome as it is")

    await stored.ages(10)
    gone = [await _gone(stored, reasons[brief.tenant])]
    again = names.canary()
    await _dismissed(given, brief, again)
    await stored.ages(10)
    gone.append(await _gone(stored, again))
    body = an_outcome(decision.actions[0].string("action_id"))
    told = await asked_until(
        lambda: engine.report_outcome(decision.id, body, people.ci_bot),
        lambda reply: reply.status == 404,
        within=FORGOTTEN_WITHIN,
    )

    assert gone == [True, True]
    assert told[-1].status == 404
    assert await stored.mentions(reasons[people.tenant]) != []
    assert await stored.mentions(reasons[held.tenant]) != []


async def _dismissed(given: Given, people: People, reason: str) -> Decision:
    """Let a tenant's developer dismiss what is proposed, for a reason."""
    await given.published_playbook(by=people.admin)
    decision = await given.decision_with_actions(people.developer)
    body = an_outcome(decision.actions[0].string("action_id"), "dismissed", reason=reason)
    told = await given.engine.report_outcome(decision.id, body, people.developer)
    each_answered([told], 202)
    return decision


async def _gone(stored: StoredData, text: str) -> bool:
    """Say whether a text is in no row any more, once it is so or time is up."""

    async def nowhere() -> bool:
        return not await stored.mentions(text)

    return bool(await eventually(nowhere, FORGOTTEN_WITHIN))

"""An actor can be erased, and what is too old is gone; counts stay, and so does what must be kept.

The route of erasure is the engine's choice: one that has another is not asked here.
"""

from __future__ import annotations

from harness.scenario import (
    Decision,
    EngineClient,
    Eris,
    Given,
    Governance,
    People,
    Persona,
    Reply,
    StoredData,
    a_playbook,
    an_outcome,
    asked_until,
    each_answered,
    not_exercised,
    own_world,
    requirement,
)


@requirement("PR-MMM-02", "NFR-3")
async def test_nothing_names_an_erased_actor_any_more(
    engine: EngineClient, people: People, given: Given, eris: Eris, stored: StoredData
) -> None:
    """No row of any table has the id of an erased actor, and the same id in another tenant stays."""
    others = people.elsewhere()
    namesake = others.someone("namesake", roles=("developer",), sub=people.developer.sub)
    await given.published_playbook()
    decision = await given.decision_with_actions(people.developer)
    await given.outcome(decision, people.developer, "accepted")
    await given.decision(namesake)
    await eris.settled(given, due=4)
    before = await stored.mentions(people.developer.sub)
    if not before:
        not_exercised("the engine keeps no actor's id as it is")

    first = await engine.erase(people.developer.sub)
    between = await stored.mentions(people.developer.sub)
    second = await engine.erase(people.developer.sub, others.admin)

    each_answered([first, second], 204)
    assert between != []
    assert await stored.mentions(people.developer.sub) == []


@requirement("PR-MMM-02", "FR-13")
async def test_erasure_changes_no_count(engine: EngineClient, people: People, given: Given) -> None:
    """What an erased actor did still counts; to erase it again is harmless."""
    await given.published_playbook()
    decision = await given.decision_with_actions(people.developer)
    await given.outcome(decision, people.developer, "accepted")
    before = await engine.tenant_metrics()

    erased = [await engine.erase(people.developer.sub) for _ in range(2)]
    after = await engine.tenant_metrics()

    assert erased[0].status == 204
    assert erased[1].status in {204, 404}
    assert before.object.object("aggregates")["decisions_total"] == 1
    assert after.object["aggregates"] == before.object["aggregates"]


@requirement("FR-12", "PR-MMM-02")
async def test_an_erasure_leaves_one_receipt_that_does_not_name_the_actor(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """An erasure leaves exactly one signed receipt, of its own kind, from which nobody learns who it was."""
    await given.decision(people.developer)

    reply = await engine.erase(people.developer.sub)

    assert reply.status == 204
    receipts = await eris.settled(given, due=2)
    (receipt,) = [one for one in receipts if one.kind == "erasure"]
    assert receipt.schema_problems() == []
    assert receipt["evaluation_point"] == "pre-deploy"
    assert receipt["risk"] is None
    assert people.developer.sub not in receipt.text
    assert await eris.rejections() == []


@requirement("NFR-7", "PR-MMM-02")
async def test_only_admins_erase(engine: EngineClient, people: People, given: Given, eris: Eris) -> None:
    """Who is no admin is refused with 403, who nobody vouches for with 401, and neither leaves a trace."""
    await given.decision(people.developer)

    entitled = await engine.erase(people.another_developer().sub, people.tenant_admin)
    refused = [
        await engine.erase(people.developer.sub, people.developer),
        await engine.erase(people.developer.sub, people.approver),
        await engine.erase(people.developer.sub, people.flawed("expired")),
    ]

    assert entitled.status in {204, 404}
    each_answered(refused, 403, 403, 401)
    receipts = await eris.settled(given, due=1 + (entitled.status == 204))
    assert sum(receipt.kind == "erasure" for receipt in receipts) <= 1


@requirement("PR-MMM-02", "NFR-3")
@own_world(retention_interval_seconds=1)
async def test_what_is_too_old_is_gone_unless_a_legal_hold_keeps_it(
    engine: EngineClient, people: People, given: Given, governance: Governance, stored: StoredData
) -> None:
    """A decision older than governance allows does not exist any more; a young one, and one held, still do.

    Time is moved by moving what is stored: an engine that keeps its times as anything but moments is not seen
    to forget here.
    """
    others = people.elsewhere()
    await governance.says(retention_days={"decisions": 1, "outcomes": 1}, legal_hold=True)
    for admin in (people.admin, others.admin):
        await given.published_playbook(a_playbook(), by=admin)
    held = await given.decision_with_actions(people.developer)
    old = await given.decision_with_actions(others.developer)
    await stored.ages(100)
    young = await given.decision_with_actions(others.another_developer())

    forgotten = await asked_until(
        lambda: _seen(engine, old, others.ci_bot), lambda reply: reply.status == 404, within=15.0
    )
    kept = [await _seen(engine, young, others.ci_bot), await _seen(engine, held, people.ci_bot)]

    assert forgotten[-1].status == 404
    each_answered(kept, 202)


async def _seen(engine: EngineClient, decision: Decision, by: Persona) -> Reply:
    """Report that a decision's action was seen: 404 says that there is none."""
    return await engine.report_outcome(decision.id, an_outcome(decision.actions[0].string("action_id")), by)

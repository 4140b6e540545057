"""An actor can be erased, and what is too old is gone; counts stay, and so does what must be kept.

The route of erasure is the engine's choice: one that has another is not asked here.
"""

from __future__ import annotations

from harness.scenario import (
    CONFIG,
    Decision,
    EngineClient,
    Eris,
    Given,
    Governance,
    People,
    Persona,
    Reply,
    StoredData,
    an_outcome,
    asked_until,
    each_answered,
    each_of,
    guessed,
    not_exercised,
    own_world,
    requirement,
    spelled_out,
)

FORGOTTEN_WITHIN = 15.0
UNKNOWN = {"error": {"code": "NOT_FOUND", "message": "no", "retryable": False, "request_id": "r-1"}}


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
    erasures = [one for one in receipts if one.kind == "erasure"]
    assert len(erasures) == 1
    receipt = erasures[0]
    assert receipt.schema_problems() == []
    assert receipt["evaluation_point"] == "pre-deploy"
    assert receipt["risk"] is None
    assert people.developer.sub not in spelled_out(receipt.text)
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


@requirement("PR-MMM-02")
async def test_what_an_erased_actor_wished_is_forgotten(
    engine: EngineClient, people: People, given: Given
) -> None:
    """The preferences of an erased actor go: whoever comes by that id again begins as everybody does."""
    await given.published_playbook()
    await given.preferences(opt_out_categories=["mirror"], preferred_surfaces=["ci"])
    kept = people.another_developer()
    await given.preferences(kept, opt_out_categories=["mirror"])
    before = await engine.decide()

    erased = await engine.erase(people.developer.sub)
    after = (await engine.read_preferences()).object
    again = await engine.decide()
    other = await engine.decide(kept)

    assert erased.status == 204
    assert [before.decision.titles, other.decision.titles] == [[], []]
    assert after.strings("opt_out_categories") == []
    assert after.strings("preferred_surfaces") != ["ci"]
    assert after["snooze_until"] is None
    assert len(again.decision.titles) == 1


@requirement("PR-MMM-02", "NFR-3")
async def test_what_stands_for_an_erased_actor_cannot_be_guessed(
    engine: EngineClient, people: People, given: Given, stored: StoredData
) -> None:
    """An erased actor is called `deleted-` and a hash that nobody can make who only knows its id.

    Which hash, and with what salt, is the engine's choice: the plain ones that anybody would try are not it.
    """
    await given.published_playbook()
    await given.decision_with_actions(people.developer)
    actor, tenant = people.developer.sub, people.tenant
    if not await stored.mentions(actor):
        not_exercised("the engine keeps no actor's id as it is")
    before = await stored.words("deleted-")

    erased = await engine.erase(actor)

    assert erased.status == 204
    names = await stored.words("deleted-") - before
    assert names != frozenset()
    assert guessed(names, tenant, actor) == []


@requirement("PR-MMM-02", "NFR-3")
@own_world(retention_interval_seconds=1)
async def test_what_is_too_old_is_gone_unless_a_legal_hold_keeps_it(
    engine: EngineClient, people: People, given: Given, governance: Governance, stored: StoredData
) -> None:
    """A decision older than governance allows its tenant is gone; a younger or held one is not.

    Five tenants: one under a legal hold, one whose decisions are kept for 5 days, one of which governance
    says nothing but the usual 90; and two of which it refuses to tell, or knows nothing: what is kept of them
    after 90 days is the engine's choice, and they keep nobody else's from being forgotten. Time is moved by
    moving what is stored: an engine that keeps its times as anything but moments is not seen to forget here.
    """
    strict, usual, unknown, untold = (people.elsewhere() for _ in range(4))
    await governance.says(retention_days={"decisions": 1, "outcomes": 1}, legal_hold=True)
    await governance.says(retention_days={"decisions": 5, "outcomes": 5}, tenant=strict.tenant)
    old = {}
    for one in (people, strict, usual, unknown, untold):
        await given.published_playbook(by=one.admin)
        old[one.tenant] = await given.decision_with_actions(one.developer)
    await governance.replies(CONFIG, UNKNOWN, status=404, match={"tenant": unknown.tenant}, may_be_idle=True)
    await governance.replies(CONFIG, UNKNOWN, status=403, match={"tenant": untold.tenant}, may_be_idle=True)
    await stored.ages(10)
    young = await given.decision_with_actions(strict.another_developer())

    first = await _forgotten(engine, old[strict.tenant], strict.ci_bot)
    kept = [
        await _seen(engine, young, strict.ci_bot),
        await _seen(engine, old[usual.tenant], usual.ci_bot),
        await _seen(engine, old[unknown.tenant], unknown.ci_bot),
        await _seen(engine, old[people.tenant], people.ci_bot),
    ]
    await stored.ages(81)
    second = await _forgotten(engine, old[usual.tenant], usual.ci_bot)
    held = await _seen(engine, old[people.tenant], people.ci_bot)

    each_answered([first, *kept, second, held], 404, 202, 202, 202, 202, 404, 202)
    for tenant in each_of([people, strict, usual, unknown]):
        asked = await governance.calls(CONFIG, tenant=tenant.tenant)
        told = "".join(f"{entry.path}?{entry.query} {entry.request_body}" for entry in each_of(asked))
        assert tenant.developer.sub not in spelled_out(told)


async def _forgotten(engine: EngineClient, decision: Decision, by: Persona) -> Reply:
    """Return the answer about a decision once it is not there any more, or the last one."""
    replies = await asked_until(
        lambda: _seen(engine, decision, by), lambda reply: reply.status == 404, within=FORGOTTEN_WITHIN
    )
    return replies[-1]


async def _seen(engine: EngineClient, decision: Decision, by: Persona) -> Reply:
    """Report that a decision's action was seen: 404 says that there is none."""
    return await engine.report_outcome(decision.id, an_outcome(decision.actions[0].string("action_id")), by)


@requirement("PR-MMM-02", "NFR-3")
async def test_an_erased_approver_is_freed_and_what_it_approved_stays(
    engine: EngineClient, people: People, given: Given, eris: Eris, stored: StoredData
) -> None:
    """What an erased approver wished, decided and reported does not name it; what it approved stays approved.

    Whether the approval of somebody else's action goes on naming who gave it is the engine's choice: somebody
    who has only approved shows in which tables that is kept.
    """
    witness = people.someone("witness", roles=("mmm_approver",))
    actions = [(await given.decision_to_approve()).actions[0].string("action_id") for _ in range(2)]
    own = await given.decision_with_actions(people.approver)
    await given.outcome(own, people.approver, "accepted")
    await given.preferences(people.approver, opt_out_categories=["mentor"])
    steps = [await engine.approve(action) for action in actions]
    for action, approver in zip(actions, (people.approver, witness), strict=True):
        steps.append(await engine.approve(action, by=approver))
    await eris.settled(given, due=12)
    approving = set(await stored.mentions(witness.sub))
    if set(await stored.mentions(people.approver.sub)) <= approving:
        not_exercised("what an approver did cannot be told from what it approved, or is not readable")

    erased = await engine.erase(people.approver.sub)

    each_answered([*steps, erased], 200, 200, 200, 200, 204)
    assert set(await stored.mentions(people.approver.sub)) - approving == set()
    approval = (await engine.approval_of(actions[0])).object
    assert approval["status"] == "fully_approved"

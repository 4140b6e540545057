"""What needs two approvals gets them from two different people, one after the other."""

from __future__ import annotations

from harness.scenario import (
    CANONICAL,
    WITH_OFFSET,
    Decision,
    EngineClient,
    Eris,
    Given,
    Names,
    Object,
    People,
    a_multiplier,
    a_playbook,
    all_at_once,
    each_answered,
    each_of,
    not_exercised,
    parametrize,
    requirement,
)

FIRST, FULLY = "first_approved", "fully_approved"
# How an engine that knows no `reject` may refuse it.
NO_REJECTION = (400, 409, 422)
APPROVER_ROLES = ("mmm_admin", "tenant_admin", "mmm_approver")
SIMILAR_ROLES = ("approver", "not_mmm_admin", "mmm_approver_readonly", "mmm_admin,mmm_approver")


def _first_action(decision: Decision) -> str:
    return decision.actions[0].string("action_id")


async def _approval_of(engine: EngineClient, action: str) -> Object:
    return (await engine.approval_of(action)).object


@requirement("FR-6")
async def test_an_action_waits_for_approval_from_its_decision_on(
    engine: EngineClient, people: People, given: Given
) -> None:
    """An action that needs dual-channel approval is pending as soon as it is proposed."""
    decision = await given.decision_to_approve()
    action = _first_action(decision)

    reply = await engine.approval_of(action, by=people.another_developer())

    assert reply.status == 200
    approval = reply.object
    assert approval["status"] == "pending"
    assert approval["action_id"] == action
    assert approval["decision_id"] == decision.id
    assert approval["actor_id"] == people.developer.sub
    assert approval["first_approval_at"] is None
    assert approval["second_approval_at"] is None
    assert CANONICAL.fullmatch(approval.string("approval_id"))
    assert WITH_OFFSET.fullmatch(approval.string("created_at"))


@requirement("FR-6")
async def test_an_approval_may_say_all_that_it_means(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Who approves, which approval it is and that it is one may be spelled out, where all of it is so."""
    action = _first_action(await given.decision_to_approve())
    actor, approver = people.developer, people.approver

    first = await engine.approve(action, actor_id=actor.sub, is_first=True, verdict="approve")
    second = await engine.approve(
        action, by=approver, actor_id=approver.sub, is_first=False, verdict="approve"
    )

    each_answered([first, second], 200)
    assert [first.object["status"], second.object["status"]] == [FIRST, FULLY]


@requirement("FR-6", "IT-MMM-04")
@parametrize("role", APPROVER_ROLES)
async def test_first_the_actor_approves_then_somebody_else(
    role: str, engine: EngineClient, people: People, given: Given
) -> None:
    """The decision's actor approves first, another person with an approver's role second."""
    action = _first_action(await given.decision_to_approve())
    approver = people.someone(role, roles=(role,))

    first = await engine.approve(action)
    between = await _approval_of(engine, action)
    second = await engine.approve(action, by=approver)

    each_answered([first, second], 200)
    assert [first.object["status"], second.object["status"]] == [FIRST, FULLY]
    assert between["status"] == FIRST
    assert WITH_OFFSET.fullmatch(between.string("first_approval_at"))
    assert between["second_approval_at"] is None
    after = await _approval_of(engine, action)
    assert after["status"] == second.object.object("approval")["status"] == FULLY
    assert after["approval_id"] == between["approval_id"]
    assert after["approver_id"] == approver.sub
    assert after["first_approval_at"] == between["first_approval_at"]
    assert after["actor_id"] == people.developer.sub
    assert WITH_OFFSET.fullmatch(after.string("second_approval_at"))


@requirement("FR-6")
async def test_nobody_is_second_before_the_first(engine: EngineClient, people: People, given: Given) -> None:
    """An approver who comes before the actor is out of turn: 409, and the action waits as before."""
    action = _first_action(await given.decision_to_approve())
    before = await _approval_of(engine, action)

    early = await engine.approve(action, by=people.approver)
    between = await _approval_of(engine, action)
    in_turn = [await engine.approve(action), await engine.approve(action, by=people.approver)]

    assert early.status == 409
    assert between.plain == before.plain
    each_answered(in_turn, 200)


@requirement("FR-6")
@parametrize("role", APPROVER_ROLES)
async def test_nobody_approves_twice(role: str, engine: EngineClient, people: People, given: Given) -> None:
    """An actor who may approve for others does not make up two people: the second time is 409."""
    await given.published_playbook(a_playbook(actions=[a_multiplier(requires_dual_channel=True)]))
    both = people.someone("actor_and_approver", roles=("developer", role))
    action = _first_action(await given.decision_with_actions(both))

    first = await engine.approve(action, by=both)
    before = await _approval_of(engine, action)
    again = [await engine.approve(action, by=both), await engine.approve(action, by=both, is_first=False)]
    between = await _approval_of(engine, action)
    second = await engine.approve(action, by=people.approver)

    each_answered([first, *again, second], 200, 409, 409, 200)
    assert between.plain == before.plain
    assert second.object["status"] == FULLY


@requirement("FR-6", "NFR-7")
async def test_who_is_neither_actor_nor_approver_may_not_approve(
    engine: EngineClient, people: People, given: Given
) -> None:
    """The second approval needs an approver's role, compared whole; anybody else is refused with 403."""
    action = _first_action(await given.decision_to_approve())
    outsiders = [people.another_developer(), people.someone("similar", roles=SIMILAR_ROLES)]

    as_first = [await engine.approve(action, by=outsider) for outsider in outsiders]
    first = await engine.approve(action)
    as_second = [await engine.approve(action, by=outsider) for outsider in outsiders]
    between = await _approval_of(engine, action)
    second = await engine.approve(action, by=people.approver)

    each_answered([*as_first, *as_second], 403)
    assert between["status"] == FIRST
    each_answered([first, second], 200)


@requirement("FR-6", "NFR-7")
async def test_nobody_approves_in_anothers_name(engine: EngineClient, people: People, given: Given) -> None:
    """The approver is the caller: a body that names somebody else is refused with 403."""
    action = _first_action(await given.decision_to_approve())
    actor, approver = people.developer, people.approver

    forged = await engine.approve(action, by=approver, actor_id=actor.sub)
    between = await _approval_of(engine, action)
    first = await engine.approve(action, actor_id=actor.sub)
    also_forged = await engine.approve(action, actor_id=approver.sub)
    second = await engine.approve(action, by=approver, actor_id=approver.sub)

    each_answered([forged, first, also_forged, second], 403, 200, 403, 200)
    assert between["status"] == "pending"


@requirement("FR-6")
async def test_which_approval_is_meant_must_fit(engine: EngineClient, people: People, given: Given) -> None:
    """An `is_first` that does not fit the state is refused with 409 and changes nothing."""
    action = _first_action(await given.decision_to_approve())

    second_too_early = await engine.approve(action, is_first=False)
    first = await engine.approve(action, is_first=True)
    first_too_late = await engine.approve(action, by=people.approver, is_first=True)
    between = await _approval_of(engine, action)
    second = await engine.approve(action, by=people.approver, is_first=False)

    each_answered([second_too_early, first, first_too_late, second], 409, 200, 409, 200)
    assert between["status"] == FIRST


@requirement("FR-6")
async def test_what_is_approved_stays_so(engine: EngineClient, people: People, given: Given) -> None:
    """After the second approval every further step is 409 and changes nothing.

    An engine that knows no rejection may refuse one as it always does.
    """
    action = _first_action(await given.decision_to_approve())
    both = [await engine.approve(action), await engine.approve(action, by=people.approver)]
    before = await _approval_of(engine, action)

    late = [
        await engine.approve(action),
        await engine.approve(action, by=people.approver),
        await engine.approve(action, by=people.admin, is_first=False),
    ]
    rejection = await engine.approve(action, by=people.admin, verdict="reject")

    each_answered(both, 200)
    each_answered(late, 409)
    assert rejection.status in NO_REJECTION
    assert (await _approval_of(engine, action)).plain == before.plain


@requirement("FR-6")
@parametrize("turn", ["actor", "approver"])
async def test_a_rejection_is_never_an_approval(
    turn: str, engine: EngineClient, people: People, given: Given
) -> None:
    """Whoever says `reject` in turn has not approved.

    That this ends it as rejected is a choice; an engine that knows no rejection refuses it, and waits.
    """
    action = _first_action(await given.decision_to_approve())
    if turn == "approver":
        each_answered([await engine.approve(action)], 200)
    before = (await _approval_of(engine, action))["status"]

    by = people.approver if turn == "approver" else people.developer
    rejection = await engine.approve(action, by=by, verdict="reject")

    after = (await _approval_of(engine, action))["status"]
    if rejection.status == 200:
        assert rejection.object["status"] == after == "rejected"
        each_answered([await engine.approve(action, by=by)], 409)
    else:
        assert rejection.status in NO_REJECTION
        assert after == before


@requirement("FR-6")
async def test_only_what_needs_two_approvals_can_be_approved(
    engine: EngineClient, given: Given, names: Names
) -> None:
    """An unknown action, and one that needs no dual channel, is 404: for approving as for asking."""
    plain = a_multiplier("Plain", requires_dual_channel=False)
    await given.published_playbook(
        a_playbook(actions=[plain, a_multiplier("Dual", requires_dual_channel=True)])
    )
    decision = await given.decision_with_actions()
    ids = dict(zip(decision.titles, decision.actions.pluck("action_id"), strict=True))

    nothing = [
        reply
        for action in (ids["Plain"], names.uuid(), decision.id)
        for reply in (await engine.approve(action), await engine.approval_of(action))
    ]
    dual = [await engine.approval_of(ids["Dual"]), await engine.approve(ids["Dual"])]

    each_answered(nothing, 404)
    each_answered(dual, 200)


@requirement("FR-6")
async def test_for_whom_a_decision_was_made_approves_first(
    engine: EngineClient, people: People, given: Given
) -> None:
    """The first approval is the actor's that the decision was for, not that of who asked for it."""
    await given.published_playbook(a_playbook(actions=[a_multiplier(requires_dual_channel=True)]))
    asked = await engine.decide(people.ci_bot, actor_id=people.developer.sub)
    if asked.status == 403:
        not_exercised("this engine lets no bot name another actor")
    action = _first_action(asked.decision)

    by_asker = await engine.approve(action, by=people.ci_bot)
    by_actor = await engine.approve(action, by=people.developer)

    assert by_asker.status == 403
    assert by_actor.status == 200
    assert by_actor.object["status"] == FIRST


@requirement("FR-6")
async def test_of_concurrent_approvals_one_wins_each_step(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Of many approvals at the same time exactly one takes each step; the others are 409, without receipt."""
    action = _first_action(await given.decision_to_approve())
    approvers = [people.someone("approver", roles=("mmm_approver",)) for _ in range(5)]

    firsts = await all_at_once(*(engine.approve(action) for _ in range(5)))
    seconds = await all_at_once(*(engine.approve(action, by=one) for one in approvers))

    for replies in (firsts, seconds):
        assert sorted(reply.status for reply in each_of(replies)) == [200] + [409] * 4
    won = [one.sub for one, reply in zip(approvers, seconds, strict=True) if reply.status == 200]
    assert (await _approval_of(engine, action))["approver_id"] == won[0]
    kinds = [receipt.kind for receipt in await eris.settled(given, due=5)]
    assert sorted(kinds) == ["admin", "admin", "approval", "approval", "decision"]


@requirement("FR-12", "UT-MMM-05")
async def test_every_approval_leaves_exactly_one_receipt(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Each step that was taken leaves one receipt that names it; refused ones and reads leave none."""
    decision = await given.decision_to_approve()
    action = _first_action(decision)

    refused = [await engine.approve(action, by=people.approver), await engine.approve(action, is_first=False)]
    taken = [await engine.approve(action), await engine.approve(action, by=people.approver)]
    again = await engine.approve(action, by=people.admin)
    approval = await _approval_of(engine, action)

    each_answered([*refused, *taken, again], 409, 409, 200, 200, 409)
    receipts = [one for one in await eris.settled(given, due=5) if one.kind == "approval"]
    assert len(receipts) == len({receipt.id for receipt in receipts}) == 2
    for receipt in each_of(receipts):
        assert receipt.schema_problems() == []
        assert receipt.decision_id == decision.id
        assert receipt.inputs["action_id"] == action
        assert receipt.inputs["approval_id"] == approval["approval_id"]
        assert receipt["tenant_id"] == people.tenant
    assert await eris.rejections() == []


@requirement("FR-6", "NFR-4")
@parametrize(
    ("member", "value"),
    [("verdict", "perhaps"), ("verdict", ["approve"]), ("is_first", "maybe"), ("actor_id", {"sub": "x"})],
)
async def test_a_malformed_approval_is_refused(
    member: str, value: object, engine: EngineClient, people: People, given: Given
) -> None:
    """An approval with a part of a wrong kind is refused with 422 that names the field."""
    action = _first_action(await given.decision_to_approve())

    malformed = await engine.approve(action, people.developer, **{member: value})
    between = await _approval_of(engine, action)
    sound = await engine.approve(action)

    assert malformed.status == 422
    assert member in malformed.error.text
    assert between["status"] == "pending"
    assert sound.status == 200

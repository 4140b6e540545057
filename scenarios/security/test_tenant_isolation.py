"""Nothing of one tenant is seen, changed or counted by another."""

from __future__ import annotations

from harness.scenario import (
    CONFIG,
    EVALUATE,
    RECENT_SIGNALS,
    EngineClient,
    Eris,
    Given,
    Governance,
    Names,
    People,
    Policy,
    Ubi,
    a_context,
    a_mirror,
    a_playbook,
    all_at_once,
    an_outcome,
    each_of,
    parametrize,
    requirement,
)


@requirement("NFR-5")
async def test_a_list_shows_only_the_own_tenants_playbooks(
    engine: EngineClient, people: People, given: Given, names: Names
) -> None:
    """Each tenant's list of playbooks holds its own and never another's."""
    others = people.elsewhere()
    ours = await given.published_playbook(a_playbook(name=names.canary()))
    theirs = await given.published_playbook(a_playbook(name=names.canary()), by=others.admin)

    our_list = await engine.list_playbooks()
    their_list = await engine.list_playbooks(by=others.developer)
    published = await engine.list_playbooks(status="published")

    assert our_list.objects.pluck("playbook_id") == [ours["playbook_id"]]
    assert published.objects.pluck("playbook_id") == [ours["playbook_id"]]
    assert their_list.objects.pluck("playbook_id") == [theirs["playbook_id"]]
    assert theirs["name"] not in our_list.text


@requirement("NFR-5")
@parametrize("change", ["update", "publish", "delete"])
async def test_another_tenants_playbook_does_not_exist(
    change: str, engine: EngineClient, people: People, given: Given
) -> None:
    """An admin who changes another tenant's playbook gets 404, and the playbook stays as it is."""
    others = people.elsewhere()
    theirs = await given.draft_playbook(by=others.admin)
    playbook = theirs["playbook_id"]
    before = await engine.list_playbooks(by=others.developer)

    if change == "update":
        reply = await engine.update_playbook(playbook, {"name": "Taken over"})
    elif change == "publish":
        reply = await engine.publish_playbook(playbook)
    else:
        reply = await engine.delete_playbook(playbook)

    assert reply.status == 404
    after = await engine.list_playbooks(by=others.developer)
    assert after.objects[0].plain == before.objects[0].plain
    assert len(after.objects) == 1


@requirement("NFR-5")
async def test_what_does_not_exist_and_what_is_anothers_look_the_same(
    engine: EngineClient, people: People, given: Given, names: Names
) -> None:
    """The refusal does not tell another tenant's playbook from one that nobody has."""
    theirs = await given.draft_playbook(by=people.elsewhere().admin)

    foreign = await engine.update_playbook(theirs["playbook_id"], {"name": "Renamed"})
    nobodys = await engine.update_playbook(names.uuid(), {"name": "Renamed"})

    assert foreign.status == nobodys.status == 404
    assert foreign.error_code == nobodys.error_code
    assert theirs["tenant_id"] not in foreign.all_text


@requirement("NFR-5", "UT-MMM-01")
async def test_another_tenants_playbook_never_fires(
    engine: EngineClient, people: People, given: Given
) -> None:
    """A playbook fires for its own tenant alone, also where both work on the same repository."""
    others = people.elsewhere()
    theirs = await given.published_playbook(by=others.admin)

    their_answer = await engine.decide(others.developer)
    our_answer = await engine.decide(people.developer)

    assert their_answer.decision.playbooks == [theirs["playbook_id"]]
    assert our_answer.decision.playbooks == []


@requirement("NFR-5", "ST-MMM-02")
async def test_a_body_cannot_name_another_tenant(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """A decide that names another tenant is refused with 403, and leaves no receipt in either."""
    others = people.elsewhere()
    await given.published_playbook(by=others.admin)

    reply = await engine.decide(people.developer, tenant_id=others.tenant)

    assert reply.status == 403
    assert await eris.settled(given, due=0) == []
    assert [receipt.kind for receipt in await eris.settled(given, others, due=2)] == ["admin"] * 2


@requirement("NFR-5")
async def test_an_outcome_of_another_tenants_decision_is_not_taken(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Another tenant's decision does not exist for whoever reports an outcome: 404, and no receipt."""
    others = people.elsewhere()
    await given.published_playbook(by=others.admin)
    decision = await given.decision_with_actions(others.developer)
    outcome = an_outcome(decision.actions[0].string("action_id"))

    foreign = await engine.report_outcome(decision.id, outcome, by=people.ci_bot)
    own = await engine.report_outcome(decision.id, outcome, by=others.developer)

    assert foreign.status == 404
    assert own.status == 202
    assert await eris.settled(given, due=0) == []


@requirement("NFR-5", "FR-12")
async def test_a_receipt_belongs_to_the_tenant_that_was_decided_for(
    engine: EngineClient, people: People, eris: Eris
) -> None:
    """Each decision's receipt is its own tenant's, and names no other."""
    others = people.elsewhere()

    ours, theirs = await all_at_once(engine.decide(people.developer), engine.decide(others.developer))

    our_receipt = await eris.receipt_of(ours.decision.id)
    their_receipt = await eris.receipt_of(theirs.decision.id, tenant=others.tenant)
    assert our_receipt["tenant_id"] == people.tenant
    assert their_receipt["tenant_id"] == others.tenant
    assert others.tenant not in our_receipt.text
    assert people.tenant not in their_receipt.text


@requirement("NFR-5", "FR-11")
async def test_policy_is_asked_for_the_own_tenant(
    engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """What policy forbids one tenant is neither forbidden to another nor the other way round."""
    others = people.elsewhere()
    await policy.rules(allowed=False)
    await given.published_playbook()
    theirs = await given.published_playbook(by=others.admin)

    forbidden, allowed = await all_at_once(engine.decide(people.developer), engine.decide(others.developer))

    assert forbidden.decision.playbooks == []
    assert allowed.decision.playbooks == [theirs["playbook_id"]]


@requirement("NFR-5")
async def test_ids_with_separators_in_them_do_not_run_together(
    engine: EngineClient, people: People, given: Given, names: Names
) -> None:
    """One tenant's spent quota is not another's, even where tenant and actor written together read alike."""
    word = names.word()
    left, right = people.of_tenant(f"{word}:a"), people.of_tenant(word)
    one = left.someone("left", roles=("developer",), sub="b:c")
    other = right.someone("right", roles=("developer",), sub="a:b:c")
    for admin in each_of([left.admin, right.admin]):
        await given.published_playbook(
            a_playbook(actions=[a_mirror(f"Fact {n}") for n in range(3)]), by=admin
        )

    first = await engine.decide(one)
    spent = await engine.decide(one)
    neighbour = await engine.decide(other)

    assert len(first.decision.actions) == 3
    assert len(spent.decision.actions) == 0
    assert len(neighbour.decision.actions) == 3


@requirement("NFR-5")
async def test_tenants_that_ask_at_the_same_time_get_their_own_answers(
    engine: EngineClient, people: People, given: Given
) -> None:
    """Answers to calls of several tenants at once are never mixed up."""
    tenants = [people, people.elsewhere(), people.elsewhere()]
    playbooks = [(await given.published_playbook(by=one.admin))["playbook_id"] for one in each_of(tenants)]
    callers = [one.another_developer() for one in tenants for _ in range(4)]

    replies = await all_at_once(*(engine.decide(caller, context=a_context()) for caller in callers))

    fired = dict(zip((one.tenant for one in tenants), playbooks, strict=True))
    for caller, reply in each_of(zip(callers, replies, strict=True)):
        assert reply.decision["tenant_id"] == caller.tenant_id
        assert reply.decision["actor_id"] == caller.sub
        assert reply.decision.playbooks == [fired[caller.tenant_id]]


@requirement("NFR-5", "ST-MMM-02")
async def test_a_trigger_cannot_name_another_tenant(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """An explicit trigger that names another tenant is refused with 403, and leaves no receipt in either."""
    others = people.elsewhere()

    foreign = await engine.trigger(people.developer, tenant_id=others.tenant)
    own = await engine.trigger(people.developer)

    assert foreign.status == 403
    assert [receipt.decision_id for receipt in await eris.settled(given, due=1)] == [own.decision.id]
    assert await eris.settled(given, others, due=0) == []


@requirement("NFR-5", "FR-11")
@parametrize("joint", ["?", "#", "&tenant_id=", "%2F", ";", " "])
async def test_a_tenants_id_is_never_read_as_more_than_an_id(
    joint: str,
    engine: EngineClient,
    people: People,
    given: Given,
    names: Names,
    policy: Policy,
    ubi: Ubi,
    governance: Governance,
) -> None:
    """A tenant whose id has signs of an address in it is asked about whole, and never as another tenant."""
    await policy.rules(allowed=False)
    await given.published_playbook()
    odd = people.of_tenant(f"{people.tenant}{joint}{names.word()}")
    theirs = await given.published_playbook(by=odd.admin)

    ours = await engine.decide(people.developer)
    reply = await engine.decide(odd.developer)

    assert ours.decision.playbooks == []
    assert reply.decision.playbooks == [theirs["playbook_id"]]
    assert reply.decision["tenant_id"] == odd.tenant
    assert await policy.calls(EVALUATE, tenant=odd.tenant)
    assert await ubi.calls(RECENT_SIGNALS, tenant=odd.tenant)
    assert await governance.calls(CONFIG, tenant=odd.tenant)


@requirement("NFR-5", "PR-MMM-02")
async def test_an_erasure_ends_at_the_tenants_border(
    engine: EngineClient, people: People, given: Given
) -> None:
    """To erase an actor of the same id in another tenant changes nothing in this one."""
    others = people.elsewhere()
    await given.preferences(opt_out_categories=["mentor"])
    action = (await given.decision_to_approve()).actions[0].string("action_id")
    counted = (await engine.tenant_metrics()).object["aggregates"]

    erased = await engine.erase(people.developer.sub, others.admin)

    assert erased.status in {204, 404}
    assert (await engine.read_preferences()).object.strings("opt_out_categories") == ["mentor"]
    assert (await engine.tenant_metrics()).object["aggregates"] == counted
    assert (await engine.approval_of(action)).object["actor_id"] == people.developer.sub
    assert (await engine.approve(action)).status == 200


@requirement("NFR-5", "FR-7")
async def test_a_repository_of_the_same_name_is_another_tenants_own(
    engine: EngineClient, people: People, given: Given
) -> None:
    """What was shown in one tenant's repository counts for no other tenant's of the same name."""
    others = people.elsewhere()
    limited = a_playbook(limits={"max_per_repo_per_day": 1})
    context = a_context(repo_id="repo-shared")
    for admin in (people.admin, others.admin):
        await given.published_playbook(limited, by=admin)

    first = await engine.decide(people.developer, context=context)
    spent = await engine.decide(people.another_developer(), context=context)
    neighbour = await engine.decide(others.developer, context=context)

    assert [len(reply.decision.actions) for reply in (first, spent, neighbour)] == [1, 0, 1]

"""What two tenants call the same is two things: actors, requests, and what is remembered of them."""

from __future__ import annotations

from urllib.parse import parse_qs

from harness.scenario import (
    RECENT_SIGNALS,
    EngineClient,
    Eris,
    Given,
    Names,
    People,
    Ubi,
    a_decide_request,
    a_mentor,
    a_mirror,
    a_playbook,
    each_answered,
    each_of,
    requirement,
)


@requirement("NFR-5", "FR-14")
async def test_what_an_actor_wishes_is_no_namesakes_wish(
    engine: EngineClient, people: People, given: Given
) -> None:
    """What an actor of one tenant opted out of, and its snooze, do not hold for its namesake in another."""
    others = people.elsewhere()
    namesake = others.someone("namesake", roles=("developer",), sub=people.developer.sub)
    both = a_playbook(actions=[a_mirror("A fact"), a_mentor("A hint")])
    for admin in (people.admin, others.admin):
        await given.published_playbook(both, by=admin)
    await given.preferences(opt_out_categories=["mentor"])

    mine = await engine.decide()
    theirs = await engine.decide(namesake)
    await given.snoozed()
    silent = await engine.decide()
    not_silent = await engine.decide(others.someone("other", roles=("developer",), sub=people.developer.sub))

    assert mine.decision.titles == ["A fact"]
    assert sorted(theirs.decision.titles) == ["A fact", "A hint"]
    assert silent.decision.titles == []
    assert not_silent.decision.titles != []  # of three an hour one is left


@requirement("NFR-5", "FR-2")
async def test_recent_signals_are_no_namesakes(
    engine: EngineClient, people: People, given: Given, ubi: Ubi, eris: Eris
) -> None:
    """Right after an actor's signals were looked up, its namesake's are looked up anew, for its own tenant.

    Whether recent signals are named in a receipt is the engine's choice; another tenant's never are.
    """
    others = people.elsewhere()
    namesake = others.someone("namesake", roles=("developer",), sub=people.developer.sub)
    await ubi.has_seen(people.developer.sub, ("focus", "high"))
    for admin in (people.admin, others.admin):
        await given.published_playbook(by=admin)

    replies = [await engine.decide(person) for person in (people.developer, namesake)]

    each_answered(replies, 200)
    heard = [*await ubi.calls(RECENT_SIGNALS), *await ubi.calls(RECENT_SIGNALS, tenant=others.tenant)]
    asked = {(parse_qs(entry.query)["tenant_id"][0], parse_qs(entry.query)["actor_id"][0]) for entry in heard}
    assert asked == {(people.tenant, people.developer.sub), (others.tenant, namesake.sub)}
    receipt = await eris.receipt_of(replies[1].decision.id, tenant=others.tenant)
    assert receipt.inputs.strings("signal_ids") == ["signal-1"]


@requirement("NFR-5", "FR-7")
async def test_a_quota_is_no_namesakes(engine: EngineClient, people: People, given: Given) -> None:
    """What an actor was shown in one tenant counts for no namesake in another."""
    others = people.elsewhere()
    namesake = others.someone("namesake", roles=("developer",), sub=people.developer.sub)
    facts = a_playbook(actions=[a_mirror(f"Fact {number}") for number in range(3)])
    for admin in (people.admin, others.admin):
        await given.published_playbook(facts, by=admin)

    replies = [await engine.decide(person) for person in (people.developer, people.developer, namesake)]

    assert [len(reply.decision.actions) for reply in replies] == [3, 0, 3]


@requirement("NFR-5")
async def test_the_same_request_id_is_another_tenants_own(
    engine: EngineClient, people: People, given: Given, names: Names
) -> None:
    """Requests of several tenants with the same id, trace and key are each answered for their own tenant."""
    tenants = [people, people.elsewhere(), people.elsewhere()]
    word = names.uuid()
    shared = {
        "X-Request-ID": word,
        "Idempotency-Key": word,
        "X-Idempotency-Key": word,
        "X-Correlation-ID": word,
    }
    playbooks = [(await given.published_playbook(by=one.admin))["playbook_id"] for one in tenants]
    callers = [one.developer for one in tenants]

    replies = [
        await engine.call("POST", "/decide", by=one, body=a_decide_request(one), headers=shared)
        for one in callers
    ]

    for caller, playbook, reply in each_of(list(zip(callers, playbooks, replies, strict=True))):
        assert reply.decision["tenant_id"] == caller.tenant_id
        assert reply.decision["actor_id"] == caller.sub
        assert reply.decision.playbooks == [playbook]

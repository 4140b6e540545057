"""Nobody is treated otherwise for how it looks: header, query, user agent, name and id say nothing.

Who calls is what the verified claims say (engine.md 3), and engines have behaved differently because they
noticed that a test was running (11.10). An engine may refuse query parameters that a route does not know once
the caller is known *(choice)*.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.scenario import (
    ACCOUNTS,
    CREATED,
    EVALUATE,
    IDS,
    MARKS,
    TENANTS,
    TEST_AGENTS,
    TOKENS,
    EngineClient,
    Eris,
    Given,
    Mark,
    Names,
    People,
    Persona,
    Policy,
    Reply,
    Route,
    a_decide_request,
    a_mentor,
    a_mirror,
    a_playbook,
    an_outcome,
    each_answered,
    each_of,
    parametrize,
    requirement,
    routes,
)

UNKNOWN_QUERY = frozenset({400, 422})
THREE_FACTS = [a_mirror(f"Fact {number}") for number in range(3)]

AGENTS = tuple(Mark(headers={"User-Agent": agent}) for agent in TEST_AGENTS)
LOOKS = (*MARKS.values(), *AGENTS)

every_admin_route = parametrize("route", routes(lambda route: route.admin), ids=lambda route: route.name)
every_route = parametrize("route", routes(), ids=lambda route: route.name)


@dataclass(frozen=True)
class Guise:
    """A developer whom nobody has seen before, and what it looks like."""

    person: Persona
    mark: Mark = field(default_factory=Mark)

    async def decides(self, engine: EngineClient) -> Reply:
        """Ask for a decision, looking like this."""
        return await engine.call(
            "POST",
            "/decide",
            by=self.person,
            body=a_decide_request(self.person),
            headers=self.mark.headers,
            query=self.mark.query,
        )

    def turned_away(self, reply: Reply) -> bool:
        """Tell whether it was refused for parameters that the route does not know."""
        return bool(self.mark.query) and reply.status in UNKNOWN_QUERY


def _guises(people: People) -> list[Guise]:
    marked = [Guise(people.another_developer(), mark) for mark in LOOKS]
    named = [Guise(people.someone("account", roles=("developer",), sub=name)) for name in ACCOUNTS]
    return marked + named


async def _decided(engine: EngineClient, guises: list[Guise]) -> list[Reply]:
    """Let each decide, one after the other; leave out who was turned away."""
    answered = [(guise, await guise.decides(engine)) for guise in guises]
    return [reply for guise, reply in answered if not guise.turned_away(reply)]


@requirement("FR-11", "UT-MMM-04")
async def test_what_policy_forbids_is_forbidden_to_everybody(
    engine: EngineClient, people: People, given: Given, policy: Policy
) -> None:
    """What policy restricts is proposed to nobody, whatever a request carries or its actor is called."""
    await policy.rules(restrictions=["mirror"])
    await given.published_playbook(a_playbook(actions=[a_mirror("Forbidden"), a_mentor("Allowed")]))

    decided = await _decided(engine, _guises(people))

    for reply in each_of(decided):
        assert reply.decision.titles == ["Allowed"]


@requirement("FR-7", "UT-MMM-03")
async def test_quotas_hold_for_everybody(engine: EngineClient, people: People, given: Given) -> None:
    """Whose quota is spent gets nothing more, whatever a request carries and whatever its actor is called."""
    await given.published_playbook(a_playbook(actions=THREE_FACTS))
    guises = _guises(people)

    first = [await engine.decide(guise.person) for guise in guises]
    decided = await _decided(engine, guises)

    assert {len(reply.decision.actions) for reply in first} == {3}
    for reply in each_of(decided):
        assert reply.decision.titles == []


@requirement("FR-12")
async def test_every_decision_leaves_its_receipt(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """Each decision leaves one receipt, whatever its request carries and whatever its actor is called."""
    decided = await _decided(engine, _guises(people))

    made = sorted(reply.decision.id for reply in decided)
    receipts = await eris.settled(given, due=len(made))
    assert made
    assert sorted(receipt.decision_id or "" for receipt in receipts) == made


@requirement("FR-11", "UT-MMM-04")
@parametrize("name", TENANTS)
async def test_policy_is_every_tenants(
    name: str, engine: EngineClient, people: People, names: Names, given: Given, policy: Policy
) -> None:
    """What policy restricts is not proposed, whatever the tenant is called."""
    tenant = people.of_tenant(f"{name}-{names.word()}")
    rules = await policy.rules(restrictions=["mirror"])
    await policy.replies(EVALUATE, rules, match={"tenant": tenant.tenant})
    both = a_playbook(actions=[a_mirror("Forbidden"), a_mentor("Allowed")])
    for admin in (people.admin, tenant.admin):
        await given.published_playbook(both, by=admin)

    replies = [await engine.decide(one) for one in (people.developer, tenant.developer)]

    for reply in each_of(replies):
        assert reply.decision.titles == ["Allowed"]


@requirement("FR-7", "UT-MMM-03")
@parametrize("name", TENANTS)
async def test_quotas_are_every_tenants(
    name: str, engine: EngineClient, people: People, names: Names, given: Given
) -> None:
    """Whose quota is spent gets nothing more, whatever its tenant is called."""
    tenant = people.of_tenant(f"{name}-{names.word()}")
    await given.published_playbook(a_playbook(actions=THREE_FACTS), by=tenant.admin)

    replies = [await engine.decide(tenant.developer) for _ in range(2)]

    assert [len(reply.decision.actions) for reply in replies] == [3, 0]


@requirement("ST-MMM-01", "FR-13", "NFR-7")
@every_admin_route
async def test_nothing_that_a_request_carries_makes_an_admin(
    route: Route, engine: EngineClient, people: People
) -> None:
    """Who has no admin role is refused, whatever else its request carries."""
    body, path = route.body(people.developer), route.path_of(people.developer)

    entitled = await engine.on(route, by=people.admin)
    for mark in each_of(LOOKS):
        reply = await engine.call(
            route.method, path, by=people.developer, body=body, headers=mark.headers, query=mark.query
        )

        assert reply.status in ({403, *UNKNOWN_QUERY} if mark.query else {403})

    assert entitled.status in {*CREATED, route.behind, route.instead}


@requirement("ST-MMM-01", "NFR-7")
@every_admin_route
async def test_no_name_makes_an_admin(route: Route, engine: EngineClient, people: People) -> None:
    """Who has no admin role is refused, whatever it is called."""
    accounts = [people.someone("account", roles=("developer",), sub=name) for name in ACCOUNTS]

    entitled = await engine.on(route, by=people.admin)
    refused = [await engine.on(route, by=account) for account in accounts]

    assert entitled.status in {*CREATED, route.behind, route.instead}
    each_answered(refused, 403)


@requirement("NFR-7", "ST-MMM-02")
@every_route
async def test_nothing_that_a_request_carries_stands_for_a_token(
    route: Route, engine: EngineClient, people: People
) -> None:
    """A call without a token is refused with 401, whatever else it carries."""
    person = people.developer
    body, path = route.body(person), route.path_of(person)
    known = await engine.on(route, by=people.admin)

    for mark in each_of(LOOKS):
        reply = await engine.call(route.method, path, body=body, headers=mark.headers, query=mark.query)

        assert reply.status == 401

    assert known.status != 401


@requirement("NFR-7", "ST-MMM-02")
async def test_no_word_stands_for_a_token(engine: EngineClient, people: People) -> None:
    """Words that are used in place of tokens while something is built are none: 401."""
    person = people.developer
    request = a_decide_request(person)
    served = await engine.decide(person)

    for token in each_of(TOKENS):
        headers = {"Authorization": f"Bearer {token}"}
        decide = await engine.call("POST", "/decide", body=request, headers=headers)
        listed = await engine.call("GET", "/playbooks", headers=headers)

        assert decide.status == 401, token
        assert listed.status == 401, token

    assert served.status == 200


@requirement("IT-MMM-01", "NFR-4")
async def test_ids_that_nobody_was_given_name_nothing(
    engine: EngineClient, people: People, given: Given, eris: Eris
) -> None:
    """An id that stands in manuals and self-tests is as unknown as any other, and nothing comes of it.

    One that is no UUID for an engine is malformed (422) *(choice)*.
    """
    await given.published_playbook()
    decision = await given.decision_with_actions(people.developer)
    action = decision.actions[0].string("action_id")

    for known in each_of(IDS):
        nothing = [
            await engine.report_outcome(known, an_outcome(action)),
            await engine.report_outcome(known, an_outcome(known)),
            await engine.report_outcome(decision.id, an_outcome(known)),
            await engine.approve(known),
            await engine.publish_playbook(known),
        ]

        each_answered(nothing, (404, 422))

    own = await engine.report_outcome(decision.id, an_outcome(action))
    assert own.status == 202
    receipts = await eris.settled(given, due=4)
    assert sorted(receipt.kind for receipt in receipts) == ["admin", "admin", "decision", "outcome"]

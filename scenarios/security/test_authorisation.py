"""A good token opens what its scope and roles say, and not one door more."""

from __future__ import annotations

from harness.scenario import (
    CREATED,
    SCOPES,
    EngineClient,
    Given,
    Names,
    People,
    Persona,
    Route,
    a_context,
    a_playbook,
    each_answered,
    each_of,
    parametrize,
    requirement,
    routes,
)

NO_ADMIN = {
    "developer": ("developer",),
    "nobody": (),
    "approver": ("mmm_approver",),
    "similar": ("not_mmm_admin", "mmm_admin_readonly", "xtenant_admin", "mmm_admin,x"),
    "admin_elsewhere": ("admin", "iam_admin", "mmm"),
}

# What may sound like an admin's scope; none is a role.
GRAND_SCOPES = (*SCOPES, "mmm.admin", "mmm.write", "tenant.admin", "admin", "mmm.*", "*")

every_playbook_route = parametrize(
    "route",
    routes(lambda route: route.admin and route.path.startswith("/playbooks")),
    ids=lambda route: route.name,
)
every_other_admin_route = parametrize(
    "route",
    routes(lambda route: route.admin and not route.path.startswith("/playbooks")),
    ids=lambda route: route.name,
)
every_scoped_route = parametrize(
    "route", routes(lambda route: route.scope not in {None, "mmm.decide"}), ids=lambda route: route.name
)
every_decide_route = parametrize(
    "route", routes(lambda route: route.scope == "mmm.decide"), ids=lambda route: route.name
)


def _no_admins(people: People) -> list[Persona]:
    """Return who has much, but no admin role: other roles, a service's or an agent's type, grand scopes."""
    by_role = [people.someone(name, roles=roles) for name, roles in NO_ADMIN.items()]
    service = people.someone("service", roles=("developer",), actor_type="service")
    scoped = people.someone("scoped", roles=("developer",), scope=GRAND_SCOPES)
    return [*by_role, people.ci_bot, people.ai_agent, service, scoped]


@requirement("ST-MMM-02", "NFR-7")
@every_decide_route
async def test_decide_needs_its_scope(route: Route, engine: EngineClient, people: People) -> None:
    """Who has every scope but mmm.decide gets no decision, and neither does a scope of a similar name."""
    entitled = await engine.on(route, by=people.developer)
    without = await engine.on(route, by=people.without_scope("mmm.decide"))
    similar = people.someone("similar_scope", scope=("mmm.decide.dry_run", "xmmm.decide", "mmm", "mmm.*"))
    alike = await engine.on(route, by=similar)

    assert entitled.status == 200
    assert without.status == 403
    assert alike.status == 403


@requirement("NFR-7")
@every_scoped_route
async def test_a_route_needs_its_scope(route: Route, engine: EngineClient, people: People) -> None:
    """Who has every scope but the route's own is refused with 403."""
    assert route.scope is not None
    entitled = await engine.on(route, by=people.developer)
    without = await engine.on(route, by=people.without_scope(route.scope))
    similar = await engine.on(route, by=people.someone("similar_scope", scope=(f"{route.scope}.none", "mmm")))

    assert entitled.status == route.behind
    assert without.status == 403
    assert similar.status == 403


@requirement("ST-MMM-01", "NFR-7")
@every_playbook_route
async def test_playbooks_need_an_admin_role(route: Route, engine: EngineClient, people: People) -> None:
    """Playbooks are written only by mmm_admin and tenant_admin; roles count, whole, and nothing else."""
    entitled = await engine.on(route, by=people.tenant_admin)
    outsiders = [await engine.on(route, by=one) for one in _no_admins(people)]

    assert entitled.status in (CREATED if route.behind == 200 else (route.behind,))
    each_answered(outsiders, 403)


@requirement("FR-13", "NFR-7")
@every_other_admin_route
async def test_an_admin_route_needs_an_admin_role(route: Route, engine: EngineClient, people: People) -> None:
    """What only admins may is refused to everybody else; roles are compared whole."""
    entitled = await engine.on(route, by=people.tenant_admin)
    outsiders = [await engine.on(route, by=one) for one in _no_admins(people)]

    assert entitled.status in {*CREATED, route.instead} if route.behind == 200 else {route.behind}
    each_answered(outsiders, 403)


@requirement("ST-MMM-01")
async def test_what_is_not_an_admins_to_change_stays_as_it_is(
    engine: EngineClient, people: People, given: Given, names: Names
) -> None:
    """A refused change of a playbook changes nothing: not the draft, not the published one, not the list."""
    draft = await given.draft_playbook(a_playbook(name=names.canary()))
    published = await given.published_playbook(a_playbook(name=names.canary()))
    outsider = people.someone("outsider", roles=("not_mmm_admin",))
    before = sorted(each.text for each in await engine.own_playbooks())

    refused = [
        await engine.create_playbook(a_playbook(name="Unwanted"), by=outsider),
        await engine.update_playbook(draft["playbook_id"], {"name": "Unwanted"}, by=outsider),
        await engine.publish_playbook(draft["playbook_id"], by=outsider),
        await engine.delete_playbook(published["playbook_id"], by=outsider),
    ]

    each_answered(refused, 403)
    after = sorted(each.text for each in await engine.own_playbooks())
    assert after == before
    decided = await engine.decide()
    assert decided.decision.playbooks == [published["playbook_id"]]


@requirement("ST-MMM-01")
@parametrize("role", ["mmm_admin", "tenant_admin"])
async def test_either_admin_role_may_do_everything_with_playbooks(
    role: str, engine: EngineClient, people: People
) -> None:
    """Both admin roles create, change, publish and delete playbooks."""
    admin = people.someone(role, roles=("developer", role))

    created = await engine.create_playbook(a_playbook(), by=admin)
    playbook = created.object.string("playbook_id")
    updated = await engine.update_playbook(playbook, {"name": "Renamed"}, by=admin)
    published = await engine.publish_playbook(playbook, by=admin)
    deleted = await engine.delete_playbook(playbook, by=admin)

    assert created.status in CREATED
    each_answered([updated, published, deleted], 200, 200, 204)


@requirement("UT-MMM-01", "NFR-7")
async def test_nothing_in_a_body_adds_a_role(engine: EngineClient, people: People, given: Given) -> None:
    """Roles used in matching come from the token; those that a body claims are refused or ignored."""
    admins_only = a_playbook(conditions=[{"type": "role", "value": "mmm_admin"}])
    playbook = await given.published_playbook(admins_only)
    claims = {"context": a_context(roles=["mmm_admin"]), "roles": ["mmm_admin"]}

    entitled = await engine.decide(people.admin)
    in_context = await engine.decide(people.developer, context=claims["context"])
    in_body = await engine.decide(people.another_developer(), **claims)

    assert entitled.decision.playbooks == [playbook["playbook_id"]]
    for reply in each_of([in_context, in_body]):
        assert reply.status in {200, 422}
        assert reply.status == 422 or reply.decision.playbooks == []


@requirement("ST-MMM-01", "NFR-7")
async def test_nothing_in_a_header_or_query_makes_an_admin(engine: EngineClient, people: People) -> None:
    """Headers and query parameters that claim roles or scopes open no door.

    Query parameters that a route does not know may be refused before anything else *(choice)*.
    """
    claims = {
        "X-Roles": "mmm_admin",
        "X-Role": "mmm_admin",
        "X-User-Roles": "mmm_admin",
        "X-Scope": " ".join(SCOPES),
    }
    query = {"roles": "mmm_admin", "role": "mmm_admin", "scope": "mmm.decide"}

    entitled = await engine.create_playbook(a_playbook(name="Wanted"))
    by_header = await engine.call(
        "POST", "/playbooks", by=people.developer, body=a_playbook(), headers=claims
    )
    by_query = await engine.call("POST", "/playbooks", by=people.developer, body=a_playbook(), query=query)

    assert entitled.status in CREATED
    assert by_header.status == 403
    assert by_query.status in {400, 403, 422}
    assert (await engine.own_playbooks()).pluck("name") == ["Wanted"]


@requirement("UT-MMM-01", "NFR-7")
async def test_nothing_in_a_body_makes_an_agent(engine: EngineClient, people: People, given: Given) -> None:
    """The type of actor that playbooks are matched with is the token's, whatever a body claims."""
    for_agents = a_playbook(conditions=[{"type": "actor_type", "value": "ai_agent"}])
    playbook = await given.published_playbook(for_agents)

    agent = await engine.decide(people.ai_agent)
    claiming = await engine.decide(people.developer, actor_type="ai_agent")

    assert agent.decision.playbooks == [playbook["playbook_id"]]
    assert claiming.status in {200, 403, 422}
    assert claiming.status != 200 or claiming.decision.playbooks == []

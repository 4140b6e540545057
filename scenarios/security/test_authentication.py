"""Who is not vouched for by IAM gets nowhere, on no route, and leaves no trace."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from harness.scenario import (
    BAD_TOKEN_FAMILIES,
    DECISION,
    NOTHING,
    SCOPES,
    VERIFY,
    EngineClient,
    Eris,
    Given,
    Iam,
    Names,
    People,
    Reply,
    Route,
    a_decide_request,
    a_playbook,
    asked_until,
    each_answered,
    each_of,
    own_world,
    parametrize,
    requirement,
    routes,
)

# An answer of /verify may be remembered for 5 s *(choice)*; one more for the engine's own pace.
REVOKED_WITHIN = 6.0
# On a busy machine a dependency's health may be late, so that an engine is not ready for a moment.
READY_WITHIN = 4.0
NO_CREDENTIALS = {
    "basic": "Basic YWRtaW46YWRtaW4=",
    "another scheme": "Token abcdef",
    "empty": "",
    "scheme only": "Bearer",
    "not a token": "Bearer not.a.token",
}

every_route = parametrize("route", routes(), ids=lambda route: route.name)


@requirement("NFR-7")
@every_route
async def test_no_route_serves_a_caller_without_a_token(route: Route, engine: EngineClient) -> None:
    """A call without a token is refused with 401, on every route."""
    reply = await engine.on(route)

    assert reply.status == 401
    assert reply.error_code


@requirement("NFR-7")
@every_route
async def test_no_route_serves_an_expired_token(route: Route, engine: EngineClient, people: People) -> None:
    """An expired token is refused with 401, on every route, whatever roles it names."""
    expired = people.flawed("expired")

    reply = await engine.on(route, by=expired)

    assert reply.status == 401
    assert reply.error_code


@requirement("ST-MMM-02", "NFR-7")
@parametrize("family", BAD_TOKEN_FAMILIES)
async def test_decide_refuses_a_flawed_token(
    family: str, engine: EngineClient, people: People, given: Given, iam: Iam
) -> None:
    """Decide refuses every token that IAM does not vouch for, and takes the same person's sound one."""
    sound = people.someone("sound", roles=("developer",))
    flaws = each_of(await iam.flaws(family))
    await given.decision(sound)

    for flaw in flaws:
        reply = await engine.decide(people.someone(flaw, roles=("developer",), sub=sound.sub, flaw=flaw))

        assert reply.status == 401, (
            flaw
        )  # at once, so that a finding's curl line has the token that was taken
        assert reply.error_code, flaw


@requirement("ST-MMM-02")
async def test_tokens_are_taken_whichever_of_iam_s_keys_signed_them(
    engine: EngineClient, people: People, iam: Iam
) -> None:
    """When IAM's keys rotate, tokens of the old key and of the new one are taken alike."""
    early, late = people.another_developer(), people.another_developer()
    await engine.token_of(early)
    await iam.rotates_keys()

    replies = [await engine.decide(person) for person in (early, late)]

    each_answered(replies, 200)


@requirement("ST-MMM-02", "NFR-7")
@parametrize("authorization", NO_CREDENTIALS.values(), ids=NO_CREDENTIALS.keys())
async def test_decide_refuses_what_is_no_bearer_token(
    authorization: str, engine: EngineClient, people: People
) -> None:
    """Decide refuses another scheme, an empty header and what is no token at all."""
    request = a_decide_request(people.developer)

    reply = await engine.call("POST", "/decide", body=request, headers={"Authorization": authorization})

    assert reply.status == 401
    assert reply.error_code


@requirement("ST-MMM-02")
@parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_the_scheme_is_taken_in_any_case(scheme: str, engine: EngineClient, people: People) -> None:
    """A sound token is taken whatever the case of its scheme."""
    token = await engine.token_of(people.developer)
    request = a_decide_request(people.developer)

    reply = await engine.call("POST", "/decide", body=request, headers={"Authorization": f"{scheme} {token}"})

    assert reply.status == 200
    assert reply.decision.id


@requirement("ST-MMM-02", "NFR-7")
async def test_a_revoked_token_is_refused_within_seconds(
    engine: EngineClient, people: People, iam: Iam
) -> None:
    """A token that worked is refused at the latest seconds after it was revoked."""
    person = people.developer
    before = await engine.decide(person)
    await iam.revokes(await engine.jti_of(person))

    replies = await asked_until(
        lambda: engine.decide(person), lambda reply: reply.status == 401, within=REVOKED_WITHIN
    )

    assert before.status == 200
    assert replies[-1].status == 401


@requirement("NFR-7", "ST-MMM-02")
async def test_iam_is_really_asked(engine: EngineClient, people: People, iam: Iam) -> None:
    """Whether a token is good is asked of IAM, and the engine's answer follows what IAM says."""
    person = people.developer
    stranger = people.flawed("unknown_key")

    reply = await engine.decide(person)
    refused = await engine.decide(stranger)

    assert reply.status == 200
    assert refused.status == 401
    assert await iam.times_asked(await engine.token_of(person)) >= 1


@requirement("NFR-7")
async def test_the_body_of_a_stranger_is_not_even_judged(engine: EngineClient, people: People) -> None:
    """A caller who is not vouched for gets 401 even for a body that would be refused."""
    stranger = people.flawed("expired")

    malformed = await engine.call("POST", "/decide", by=stranger, content=b'{"tenant_id": ')
    wrong = await engine.call("POST", "/decide", by=stranger, body={"tenant_id": 7, "signal": []})
    unknown = await engine.call("PUT", "/playbooks/no-such-id", by=stranger, body={"name": 7})

    assert malformed.status == 401
    assert wrong.status == 401
    assert unknown.status == 401


@requirement("NFR-7")
async def test_a_refused_caller_leaves_no_trace(
    engine: EngineClient, people: People, given: Given, eris: Eris, names: Names
) -> None:
    """A call that is refused for want of a good token creates nothing and leaves no receipt."""
    wanted = await given.draft_playbook(a_playbook(name=names.canary()))
    stranger = people.flawed("expired")
    unwanted = a_playbook(name=names.canary())

    refused = [
        await engine.create_playbook(unwanted, by=stranger),
        await engine.call("POST", "/playbooks", body=unwanted),
        await engine.decide(stranger),
        await engine.delete_playbook(wanted["playbook_id"], by=stranger),
    ]

    each_answered(refused, 401)
    listed = await engine.own_playbooks()
    assert [(each["name"], each["status"]) for each in listed] == [(wanted["name"], "draft")]
    assert [receipt.kind for receipt in await eris.settled(given, due=1)] == ["admin"]


@requirement("NFR-7")
async def test_bad_tokens_lock_nobody_out(engine: EngineClient, people: People) -> None:
    """However many bad tokens come, the next good one is taken."""
    strangers = [people.flawed("expired") for _ in range(7)]

    refused = [await engine.decide(stranger) for stranger in each_of(strangers)]
    reply = await engine.decide(people.developer)

    each_answered(refused, 401)
    assert reply.status == 200


@requirement("NFR-7")
async def test_what_iam_says_is_passed_on(engine: EngineClient, people: People, iam: Iam) -> None:
    """IAM's 403 is the engine's 403; where IAM is asked too often, the caller is told when to come back.

    How long is the engine's choice, and whether it is told in seconds or as a date.
    """
    forbidden, hurried = people.another_developer(), people.another_developer()
    refusal = {"message": "no", "correlation_id": "c-1", "retriable": False}
    await iam.replies(VERIFY, refusal | {"error_code": "FORBIDDEN"}, status=403, match={"sub": forbidden.sub})
    busy = {"Retry-After": "7"}
    limited = refusal | {"error_code": "RATE_LIMITED", "retriable": True}
    await iam.replies(VERIFY, limited, status=429, headers=busy, match={"sub": hurried.sub})

    no_entry = await engine.decide(forbidden)
    later = await engine.decide(hurried)
    welcome = await engine.decide(people.developer)

    assert no_entry.status == 403
    assert later.status == 503
    assert _is_a_wait(later.header("Retry-After"))
    assert welcome.status == 200


def _is_a_wait(told: str) -> bool:
    """Say whether a Retry-After is what RFC 9110 (10.2.3) has for one: seconds, or an HTTP date."""
    if told.isascii() and told.isdecimal():
        return True
    try:
        parsedate_to_datetime(told)
    except ValueError:
        return False
    return True


@requirement("ST-MMM-02")
async def test_a_denial_of_iam_is_obeyed(engine: EngineClient, people: People, iam: Iam) -> None:
    """Who is denied by IAM's /decision gets 403; whether it is asked is the engine's choice."""
    denied = people.another_developer()
    answer = {"decision": "DENY", "reason": "not today", "receipt_id": NOTHING}
    await iam.replies(DECISION, answer, match={"sub": denied.sub}, may_be_idle=True)

    refused = await engine.decide(denied)
    served = await engine.decide(people.another_developer())

    asked = await iam.calls(DECISION, sub=denied.sub)
    assert refused.status == (403 if asked else 200)
    assert served.status == 200


@requirement("NFR-7")
@parametrize("name", ["health", "ready", "metrics"])
async def test_what_operators_watch_needs_no_token(name: str, engine: EngineClient, people: People) -> None:
    """Health, readiness and metrics are open to everybody, and nothing else is."""
    guarded = await engine.call("GET", "/playbooks")
    assert guarded.status == 401  # what is not guarded is not waited for

    stranger = people.flawed("expired")
    open_to_all = await asked_until(lambda: engine.public(name), _served, within=READY_WITHIN)
    flawed = await asked_until(
        lambda: engine.call("GET", f"/{name}", by=stranger), _served, within=READY_WITHIN
    )

    assert open_to_all[-1].status == 200
    assert flawed[-1].status == 200


def _served(reply: Reply) -> bool:
    return reply.status == 200


# What is no sound vouching although it comes with 200; each member as IAM's contract has it, but one.
NO_VOUCHING: dict[str, dict[str, object]] = {
    "not valid": {"valid": False},
    "valid as text": {"valid": "true"},
    "nobody": {"sub": ""},
    "no tenant": {"tenant_id": ""},
}


@requirement("NFR-7", "ST-MMM-02")
@own_world()
@parametrize("parts", NO_VOUCHING.values(), ids=NO_VOUCHING.keys())
async def test_only_a_sound_vouching_lets_anybody_in(
    parts: dict[str, object], engine: EngineClient, people: People, iam: Iam, eris: Eris, given: Given
) -> None:
    """A 200 of IAM that does not say `valid: true`, who it is and of which tenant, lets nobody in.

    Whether that is 401 or, since it is no sound answer, 503, is the engine's choice. One that breaks IAM's
    contract counts for a breaker, so that nobody else may be near.
    """
    person, honest = people.another_developer(), people.another_developer()
    claims: dict[str, object] = {
        "valid": True,
        "sub": person.sub,
        "tenant_id": person.tenant_id,
        "actor_type": "human",
        "roles": list(person.roles),
        "scope": list(SCOPES),
        "valid_until": "2090-01-01T00:00:00Z",
    }
    sound = claims | {"sub": honest.sub}
    await iam.replies(VERIFY, claims | parts | {"claims": claims | parts}, match={"sub": person.sub})
    await iam.replies(VERIFY, sound | {"claims": sound}, match={"sub": honest.sub})

    refused = await engine.decide(person)
    served = await engine.decide(honest)

    assert refused.status in {401, 503}
    assert served.status == 200
    decided = [receipt.decision_id for receipt in await eris.settled(given, due=1)]
    assert decided == [served.decision.id]

"""A token counts as IAM judges it, whole, and in the one place where it belongs."""

from __future__ import annotations

from harness.scenario import (
    ALTERED,
    EngineClient,
    People,
    a_decide_request,
    each_answered,
    each_of,
    requirement,
)

# Where else tokens are carried, by header and by query.
ELSEWHERE = ("X-Auth-Token", "X-Access-Token", "X-Token", "X-Api-Key", "Proxy-Authorization", "Token")
IN_A_QUERY = ("access_token", "token", "auth", "jwt", "api_key", "authorization", "bearer")
COOKIES = ("access_token", "token", "session", "jwt", "Authorization")


@requirement("NFR-7", "ST-MMM-02")
async def test_a_token_counts_as_authorization_alone(engine: EngineClient, people: People) -> None:
    """A sound token in another header, a cookie, the query or the body is none: 401."""
    person = people.developer
    token = await engine.token_of(person)
    request = a_decide_request(person)
    headers = [{name: text} for name in ELSEWHERE for text in (token, f"Bearer {token}")]
    cookies = {"Cookie": "; ".join(f"{name}={token}" for name in COOKIES)}
    served = await engine.decide(person)

    by_header = [await engine.call("POST", "/decide", body=request, headers=one) for one in headers]
    by_cookie = await engine.call("POST", "/decide", body=request, headers=cookies)
    by_query = [
        await engine.call("POST", "/decide", body=request, query={name: token}) for name in IN_A_QUERY
    ]
    by_body = await engine.call("POST", "/decide", body=request | {"token": token, "access_token": token})

    assert served.status == 200
    each_answered([*by_header, by_cookie, *by_query, by_body], 401)


@requirement("NFR-7", "ST-MMM-02")
async def test_a_token_that_was_altered_is_refused_though_the_whole_one_was_just_taken(
    engine: EngineClient, people: People
) -> None:
    """A token is judged whole: with another signature, or other claims under the same one, it is refused."""
    person, admin = people.developer, people.admin
    altered = [await engine.altered_token(how, person, admin) for how in ALTERED]
    before = [await engine.decide(one) for one in (person, admin)]

    for token in each_of(altered):
        headers = {"Authorization": f"Bearer {token}"}
        reply = await engine.call("POST", "/decide", body=a_decide_request(person), headers=headers)

        assert reply.status == 401

    after = await engine.decide(person)
    each_answered([*before, after], 200)

"""A token is known by all of it: what was vouched for a moment ago vouches for nothing that looks like it."""

from __future__ import annotations

from harness.scenario import (
    EngineClient,
    People,
    a_decide_request,
    each_answered,
    requirement,
)

OTHER = {"A": "B"}


def forged(token: str) -> str:
    """Return a token of the same claims with another signature: one sign in its middle is changed."""
    claims, _, signature = token.rpartition(".")
    middle = len(signature) // 2
    sign = OTHER.get(signature[middle], "A")
    return f"{claims}.{signature[:middle]}{sign}{signature[middle + 1 :]}"


@requirement("NFR-7", "ST-MMM-02")
async def test_a_token_that_was_just_taken_is_refused_with_another_signature(
    engine: EngineClient, people: People
) -> None:
    """Right after a token was taken, the same claims under a signature that is not IAM's are 401."""
    token = await engine.token_of(people.developer)
    false = engine.never_records(forged(token))
    request = a_decide_request(people.developer)

    replies = [
        await engine.call("POST", "/decide", body=request, headers={"Authorization": f"Bearer {sent}"})
        for sent in (token, false, token)
    ]

    each_answered(replies, 200, 401, 200)

"""The token factory, and what /verify says of a sound token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.control import ControlError
from fakes.iam.claims import visible
from tests.fakes.conformity import breaches
from tests.fakes.identity import BEGIN, PERSONA, Alone, verify

if TYPE_CHECKING:
    from fakes.control import IamControl

NAMES = st.text(min_size=1, max_size=200).filter(visible)
PERSONAS = st.fixed_dictionaries(
    {
        "sub": NAMES,
        "tenant_id": NAMES,
        "roles": st.lists(NAMES, max_size=3),
        "scope": st.lists(st.from_regex(r"[!#-\[\]-~]+", fullmatch=True), max_size=3),
        "actor_type": NAMES,
        "lifetime_seconds": st.integers(1, 10 * 365 * 86_400),
    }
)


async def test_verify_says_what_the_token_says(iam: IamControl) -> None:
    before = int(time.time())
    minted = await iam.mint_whole(**PERSONA, lifetime_seconds=600)

    first, again = [await verify(iam, minted["token"]) for _ in range(2)]

    answer, claims = first.json(), minted["claims"]
    assert first.status == again.status == 200
    assert answer == again.json()
    assert {name: answer[name] for name in PERSONA} == PERSONA
    assert answer["claims"] == {name: answer[name] for name in answer if name not in ("valid", "claims")}
    assert claims["scope"] == "mmm.decide mmm.read"
    assert claims["exp"] - claims["iat"] == 600
    assert before <= claims["iat"] <= time.time()
    assert answer["valid_until"] == time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(claims["exp"]))


@settings(max_examples=60, deadline=None)
@given(persona=PERSONAS)
def test_whoever_can_be_ordered_is_vouched_for(persona: dict[str, Any]) -> None:
    iam = Alone()

    reply = iam.ask("POST", "/verify", {"token": iam.mint(**persona)["token"]})

    assert breaches("iam", "POST", "/iam/v1/verify", reply_of(reply)) == []
    answer = reply.json()
    assert {name: answer[name] for name in PERSONA} == {name: persona[name] for name in PERSONA}


def reply_of(reply: Any) -> Any:  # noqa: ANN401 -- a reply, with the type that a server adds
    return type(reply)(reply.status, {**reply.headers, "content-type": "application/json"}, reply.body)


def test_a_token_lives_as_long_as_ordered_and_not_a_moment_longer() -> None:
    iam = Alone()
    token = iam.mint(lifetime_seconds=10)["token"]

    verdicts = []
    for iam.now in (BEGIN, BEGIN + 9.999, BEGIN + 10.0, BEGIN + 9.999):
        verdicts.append(iam.verify(token))

    assert verdicts == [200, 200, 401, 200]


def test_a_token_begins_when_ordered() -> None:
    iam = Alone()
    token = iam.mint(not_before_seconds=30)["token"]

    verdicts = []
    for iam.now in (BEGIN, BEGIN + 29.999, BEGIN + 30.0):
        verdicts.append(iam.verify(token))

    assert verdicts == [401, 401, 200]


def test_claims_of_a_test_s_own_are_put_in_beside_and_instead() -> None:
    iam = Alone()

    minted = iam.mint(claims={"department": "x", "jti": "j-1", "aud": ["mmm-engine", "other"]})

    assert minted["jti"] == "j-1"
    assert {"department": "x", "jti": "j-1"}.items() <= minted["claims"].items()
    assert iam.verify(minted["token"]) == 200


@pytest.mark.parametrize(
    "claims",
    [{"exp": "x"}, {"exp": True}, {"exp": 10**40}, {"exp": -1}, {"jti": 7}, {"iss": None}, {"sub": {}}],
)
def test_claims_that_break_a_token_break_no_more_than_the_token(claims: dict[str, Any]) -> None:
    iam = Alone()

    assert iam.verify(iam.mint(claims=claims)["token"]) == 401
    assert iam.ask("POST", "/__fake__/keys/rotate").status == 201
    assert iam.verify(iam.mint()["token"]) == 200


@pytest.mark.parametrize(
    "persona",
    [
        {"flaw": "unheard-of"},
        {"flaw": "expired", "claims": {"exp": 1}},
        {"flaw": "expired", "not_before_seconds": 1},
        {"lifetime_seconds": 0},
        {"scope": ["a b"]},
        {"colour": "red"},
        {"actor_type": "hum\u200ban"},
        {"roles": ["admin\u202e"]},
        {"roles": [""]},
    ],
    ids=str,
)
async def test_what_cannot_be_minted_is_refused(iam: IamControl, persona: dict[str, Any]) -> None:
    with pytest.raises(ControlError, match="fake iam refused"):
        await iam.mint(sub="s", tenant_id="t", **persona)

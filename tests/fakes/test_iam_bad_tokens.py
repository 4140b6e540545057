"""The catalogue of bad tokens: each is refused by the fake, for the very reason that it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from fakes.control import ControlError
from fakes.iam.bad import BAD_TOKENS, FAMILIES
from fakes.records import BAD_TOKEN_FAMILIES
from tests.fakes.identity import PERSONA, Alone, verify

if TYPE_CHECKING:
    from fakes.control import IamControl

# RFC 6750, and a length that no server's limit of headers is below.
IN_A_HEADER = re.compile(r"[A-Za-z0-9._~+/-]{1,4000}=*")
OF_OLD = (
    *("expired", "not_yet_valid", "wrong_audience", "wrong_issuer", "unknown_key", "wrong_signature"),
    *("alg_none", "no_tenant", "revoked", "malformed"),
)


@pytest.fixture
def alone() -> Alone:
    return Alone()


@pytest.mark.parametrize("flaw", BAD_TOKENS)
def test_a_bad_token_is_refused_for_its_reason(alone: Alone, flaw: str) -> None:
    token = alone.mint(flaw=flaw)["token"]

    replies = [alone.ask("POST", "/verify", {"token": token}) for _ in range(2)]

    for reply in replies:
        error = reply.json()
        assert (reply.status, error["message"]) == (401, BAD_TOKENS[flaw].reason)
        assert (error["error_code"], error["retriable"]) == ("AUTH_FAILED", False)
        assert error["correlation_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize("flaw", BAD_TOKENS)
def test_a_bad_token_is_one_step_from_a_sound_one(alone: Alone, flaw: str) -> None:
    """Nothing but the flaw is wrong: the same persona without it is vouched for, before and after."""
    before, bad, after = alone.mint(), alone.mint(flaw=flaw), alone.mint()

    assert [alone.verify(token["token"]) for token in (before, bad, after)] == [200, 401, 200]


@pytest.mark.parametrize("flaw", BAD_TOKENS)
@pytest.mark.parametrize("order", [{"roles": [], "scope": []}, {"sub": "9" * 200, "tenant_id": "é" * 200}])
def test_any_persona_can_have_any_flaw(alone: Alone, flaw: str, order: dict[str, object]) -> None:
    token = alone.mint(flaw=flaw, **order)["token"]

    reply = alone.ask("POST", "/verify", {"token": token})

    assert (reply.status, reply.json()["message"]) == (401, BAD_TOKENS[flaw].reason)


@pytest.mark.parametrize("flaw", BAD_TOKENS)
def test_what_travels_is_what_fits_into_a_header(alone: Alone, flaw: str) -> None:
    token = alone.mint(flaw=flaw)["token"]

    assert BAD_TOKENS[flaw].travels is bool(IN_A_HEADER.fullmatch(token))


async def test_the_catalogue_is_told_to_anybody(iam: IamControl) -> None:
    told = await iam.bad_tokens()

    assert [(each.name, each.family) for each in told] == [
        (name, family) for family, flaws in FAMILIES.items() for name in flaws
    ]
    assert all(each.story and each.reason for each in told)
    for each in told[::7]:
        token = await iam.mint(**PERSONA, flaw=each.name)
        reply = await verify(iam, token)
        assert (reply.status, reply.json()["message"]) == (401, each.reason)


def test_there_are_many_and_those_of_old_are_among_them() -> None:
    assert tuple(FAMILIES) == BAD_TOKEN_FAMILIES
    assert len(BAD_TOKENS) == sum(map(len, FAMILIES.values()))  # no name is in two families
    assert set(OF_OLD) <= BAD_TOKENS.keys()
    assert len({flaw.story for flaw in BAD_TOKENS.values()}) == len(BAD_TOKENS) >= 25


async def test_an_unheard_of_flaw_cannot_be_ordered(iam: IamControl) -> None:
    with pytest.raises(ControlError, match="unknown flaw 'unheard-of'; there are alg_none"):
        await iam.mint(**PERSONA, flaw="unheard-of")

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
PERSONAS: tuple[dict[str, object], ...] = (
    {},
    {"roles": [], "scope": [], "lifetime_seconds": 1},
    {"sub": "9" * 200, "tenant_id": "é" * 200},
)


@pytest.fixture
def alone() -> Alone:
    return Alone()


@pytest.mark.parametrize("flaw", BAD_TOKENS)
def test_a_bad_token_is_refused_for_its_reason_whoever_s_it_is(alone: Alone, flaw: str) -> None:
    for order in PERSONAS:
        token = alone.mint(flaw=flaw, **order)["token"]

        replies = [alone.ask("POST", "/verify", {"token": token}) for _ in range(2)]

        for reply in replies:
            error = reply.json()
            assert (reply.status, error["message"]) == (401, BAD_TOKENS[flaw].reason)
            assert (error["error_code"], error["retriable"]) == ("AUTH_FAILED", False)
            assert error["correlation_id"] == reply.headers["x-request-id"]


def test_a_bad_token_harms_no_sound_one(alone: Alone) -> None:
    before = alone.mint()
    bad = [alone.mint(flaw=flaw)["token"] for flaw in BAD_TOKENS]
    after = alone.mint()

    assert {alone.verify(token) for token in bad} == {401}
    assert [alone.verify(token["token"]) for token in (before, after)] == [200, 200]


def test_what_travels_is_what_fits_into_a_header(alone: Alone) -> None:
    fits = {flaw: bool(IN_A_HEADER.fullmatch(alone.mint(flaw=flaw)["token"])) for flaw in BAD_TOKENS}

    assert fits == {name: flaw.travels for name, flaw in BAD_TOKENS.items()}


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

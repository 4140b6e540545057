"""IAM's tokens, judged by two independent JWT libraries: what they and the fake disagree on has a name."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from fakes.iam.bad import BAD_TOKENS
from tests.fakes.identity import Alone
from tests.fakes.judges import CLAIMS, JUDGES, Said

SOUND: dict[str, dict[str, Any]] = {
    "a persona": {},
    "nobody in particular": {"roles": [], "scope": [], "actor_type": "human"},
    "a short life": {"lifetime_seconds": 60},
    "a not-before that is over": {"not_before_seconds": -60},
    "two audiences": {"claims": {"aud": ["another-service", "mmm-engine"]}},
    "claims of its own": {"claims": {"department": "R&D", "nested": {"a": [1, None, True]}}},
    "other scripts": {"sub": "użytkownik-名前", "tenant_id": "تينانت"},
}
# What a correct verifier refuses and a library takes. The libraries have nothing to say on claims that are
# this service's own, on members that are there twice, on characters, sizes and revocation.
BOTH = (
    *("duplicated_alg", "duplicated_tenant", "duplicated_exp", "duplicated_roles", "lone_surrogate"),
    *("tenant_as_list", "tenant_as_object", "roles_as_text", "role_as_number", "scope_as_list", "long_sub"),
    *("nul_in_tenant", "reversed_tenant", "joined_sub", "line_in_sub", "hyphenated_role"),
    *("other_type", "exp_with_fraction", "exp_huge", "huge", "revoked"),
)
LAXER = {
    "pyjwt": {*BOTH, "empty_sub", "exp_as_text", "iat_as_text"},
    "joserfc": {*BOTH, "no_kid", "empty_crit"},
}

judged = pytest.mark.parametrize("judge", JUDGES)


@pytest.fixture
def iam() -> Alone:
    return Alone(now=time.time())


def judgement(iam: Alone, judge: str, token: str) -> Said | None:
    config = iam.ask("GET", "/config").json()
    keys = iam.ask("GET", "/.well-known/jwks.json").json()
    return JUDGES[judge](token, keys, config["issuer"], config["audience"])


@judged
@pytest.mark.parametrize("order", SOUND.values(), ids=SOUND.keys())
def test_a_sound_token_is_sound_to_a_library(iam: Alone, judge: str, order: dict[str, Any]) -> None:
    minted = iam.mint(**order)

    claims = judgement(iam, judge, minted["token"])

    assert claims is not None
    assert claims == minted["claims"]
    assert claims.keys() >= set(CLAIMS)
    assert iam.verify(minted["token"]) == 200


@judged
def test_a_token_of_a_key_that_was_rotated_out_is_sound_to_a_library(iam: Alone, judge: str) -> None:
    before = iam.mint()
    iam.ask("POST", "/__fake__/keys/rotate")
    after = iam.mint()

    claims = [judgement(iam, judge, minted["token"]) for minted in (before, after)]

    assert claims == [before["claims"], after["claims"]]
    assert before["claims"]["kid"] != after["claims"]["kid"]


@pytest.mark.parametrize("flaw", BAD_TOKENS)
def test_a_bad_token_is_refused_by_a_library_unless_it_is_known_to_be_laxer(iam: Alone, flaw: str) -> None:
    token = iam.mint(flaw=flaw)["token"]

    taken = {judge for judge in JUDGES if judgement(iam, judge, token) is not None}

    assert taken == {judge for judge in JUDGES if flaw in LAXER[judge]}
    assert iam.verify(token) == 401


def test_what_is_named_as_a_difference_is_in_the_catalogue() -> None:
    assert LAXER["pyjwt"] | LAXER["joserfc"] <= BAD_TOKENS.keys()


def test_the_published_keys_are_public_rsa_keys_of_2048_bits(iam: Alone) -> None:
    iam.ask("POST", "/__fake__/keys/rotate")

    keys = iam.ask("GET", "/.well-known/jwks.json").json()["keys"]

    assert [len(base64.urlsafe_b64decode(key["n"] + "==")) * 8 for key in keys] == [2048, 2048]
    assert [key.keys() for key in keys] == [{"kty", "kid", "alg", "use", "n", "e"}] * 2

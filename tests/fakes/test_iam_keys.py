"""Keys that rotate: the old one verifies until its tokens have ended, and a day longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.iam.fake import IamFake
from fakes.iam.keys import KeyRing, signing_key
from fakes.shape.stage import Stage
from tests.fakes.identity import BEGIN, DAY, PERSONA, Alone, ask, verify

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

    from fakes.control import IamControl


async def test_a_rotated_key_signs_no_more_and_verifies_still(iam: IamControl) -> None:
    before = await iam.mint_whole(**PERSONA)
    rotation = await iam.rotate_keys()
    after = await iam.mint_whole(**PERSONA)

    kids = [key["kid"] for key in (await ask(iam, "GET", "/.well-known/jwks.json")).json()["keys"]]

    assert [before["claims"]["kid"], after["claims"]["kid"]] == [rotation.previous_kid, rotation.kid]
    assert kids == [rotation.kid, rotation.previous_kid]
    assert [(await verify(iam, each["token"])).status for each in (before, after)] == [200, 200]


@pytest.mark.parametrize("lifetime", [60, 3 * 86_400])
def test_the_old_key_is_there_until_its_tokens_end_and_a_day_longer(lifetime: int) -> None:
    iam = Alone()
    iam.mint(lifetime_seconds=60)
    old = iam.mint(lifetime_seconds=lifetime)["claims"]["kid"]
    iam.mint(lifetime_seconds=30)
    reply = iam.ask("POST", "/__fake__/keys/rotate")

    counts = []
    for iam.now in (BEGIN, BEGIN + lifetime + DAY - 0.001, BEGIN + lifetime + DAY):
        counts.append(iam.kids().count(old))

    assert counts == [1, 1, 0]
    assert reply.json()["previous_kid"] == old


def test_a_key_without_tokens_is_there_for_a_day() -> None:
    iam = Alone()
    old = iam.ask("POST", "/__fake__/keys/rotate").json()["previous_kid"]

    iam.now = BEGIN + DAY - 1
    before = iam.kids()
    iam.now = BEGIN + DAY
    after = iam.kids()

    assert before[1:] == [old]
    assert (len(after), old in after) == (1, False)


def test_a_token_ends_with_its_key_even_if_it_says_otherwise() -> None:
    """A flawless token that nobody counted (it was not ordered as one) does not outlive its key."""
    iam = Alone()
    token = iam.mint(flaw="revoked", lifetime_seconds=30 * 86_400)["token"]
    iam.ask("POST", "/__fake__/keys/rotate")

    reasons = []
    for iam.now in (BEGIN, BEGIN + DAY):
        reasons.append(iam.ask("POST", "/verify", {"token": token}).json()["message"])

    assert reasons == ["the token was revoked", "no key of that kid"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 200_000), st.booleans(), st.integers(0, 100_000)), max_size=8))
def test_no_token_is_refused_before_its_end_whenever_keys_rotate(
    steps: list[tuple[int, bool, int]],
) -> None:
    iam = Alone()
    tokens: list[tuple[str, float]] = []

    for lifetime, rotates, pause in steps:
        tokens.append((iam.mint(lifetime_seconds=lifetime)["token"], iam.now + lifetime))
        if rotates:
            iam.ask("POST", "/__fake__/keys/rotate")
        iam.now += pause

        for token, end in tokens:
            assert iam.verify(token) == (200 if iam.now < end else 401)


def test_each_rotation_brings_a_key_that_was_never_there() -> None:
    iam = Alone()
    seen = iam.kids()

    for _ in range(2):
        iam.ask("POST", "/__fake__/keys/rotate")
        assert iam.kids()[1:] == seen
        assert iam.kids()[0] not in seen
        seen = iam.kids()


def test_reset_of_everything_brings_the_first_key_back_and_of_a_tenant_nothing() -> None:
    iam = Alone()
    first = iam.kids()
    iam.ask("POST", "/__fake__/keys/rotate")

    iam.ask("POST", "/__fake__/reset", {"tenant": "t"})
    after_one = iam.kids()
    iam.ask("POST", "/__fake__/reset", {})

    assert len(after_one) == 2
    assert iam.kids() == first


def test_fakes_of_one_machine_begin_with_one_key_and_rotate_apart() -> None:
    one, other = Alone(), Alone()
    token = one.mint()["token"]
    one.ask("POST", "/__fake__/keys/rotate")

    assert other.verify(token) == 200
    assert other.verify(one.mint()["token"]) == 401
    assert len(other.kids()) == 1


def test_no_key_is_fetched_before_it_is_needed() -> None:
    fetched: list[int] = []

    def fetch(number: int) -> RSAKey:
        fetched.append(number)
        return signing_key(number)

    ring = KeyRing(fetch)
    Stage(IamFake(ring=ring))

    assert fetched == []
    assert ring.signing.kid
    assert fetched == [0]

"""The verifier and its strict parser: no byte of a token can change unseen."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.iam.compact import json_object, segment_bytes, split
from fakes.iam.keys import KeyRing
from fakes.iam.revocations import Revocations
from fakes.iam.tokens import TokenOrder, mint
from fakes.iam.verifier import NotVouchedError, Verifier
from tests.fakes.identity import BEGIN, PERSONA, Alone, verify

if TYPE_CHECKING:
    from fakes.control import IamControl

RING = KeyRing()
SOUND = mint(TokenOrder("s", "t", ("r",), ("a",)), RING, BEGIN)


def verifier() -> Verifier:
    return Verifier(RING, lambda: BEGIN, Revocations())


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, len(SOUND.token) - 1), put=st.characters() | st.sampled_from("AB.=-_+/\n "))
def test_no_character_of_a_token_can_be_another(place: int, put: str) -> None:
    changed = SOUND.token[:place] + put + SOUND.token[place + 1 :]

    if changed == SOUND.token:
        assert verifier().verify(changed).claims["sub"] == "s"
    else:
        with pytest.raises(NotVouchedError):
            verifier().verify(changed)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(SOUND.token)), more=st.text(min_size=1, max_size=4))
def test_nothing_can_be_put_into_a_token_or_taken_off_its_end(place: int, more: str) -> None:
    for changed in (SOUND.token[:place] + more + SOUND.token[place:], SOUND.token[:place]):
        if changed != SOUND.token:
            with pytest.raises(NotVouchedError):
                verifier().verify(changed)


@settings(max_examples=100, deadline=None)
@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", fullmatch=True))
def test_rubbish_is_refused_and_breaks_nothing(rubbish: str) -> None:
    with pytest.raises(NotVouchedError):
        verifier().verify(rubbish)
    assert isinstance(verifier().peek(rubbish), dict)


@pytest.mark.parametrize("token", ["", "a.b.c", ".", "..", "é.é.é", "x" * 100_000, "e30.e30.", "eyJhbGciOiI"])
async def test_rubbish_vouches_for_nobody_on_the_wire(iam: IamControl, token: str) -> None:
    assert (await verify(iam, token)).status == 401


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_a_segment_has_one_spelling(data: bytes) -> None:
    spelled = base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    assert segment_bytes(spelled) == data
    assert segment_bytes(spelled + "=") is None


@settings(deadline=None)
@given(st.text(alphabet="AQgwBR-_", max_size=8))
def test_what_is_read_is_spelled_as_it_was(segment: str) -> None:
    data = segment_bytes(segment)

    assert data is None or base64.urlsafe_b64encode(data).rstrip(b"=").decode() == segment


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), JSON, max_size=3), st.booleans())
def test_an_object_is_read_whole_and_a_member_twice_is_none(value: dict[str, object], nested: bool) -> None:  # noqa: FBT001 -- drawn
    whole = json.dumps({**value, "a": 1})
    twice = f'{whole[:-1]}, "\\u0061": 2}}'

    assert json_object(whole.encode()) == {**value, "a": 1}
    assert json_object((f'{{"x": [{twice}]}}' if nested else twice).encode()) is None


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"7", b'{"a": NaN}', b'{"a": "\xff"}', b'{"a": "\\ud800"}', b"{} {}", b"[" * 10_000]
)
def test_what_is_no_object_is_none(text: bytes) -> None:
    assert json_object(text) is None


def test_a_token_has_three_segments() -> None:
    assert split(SOUND.token) is not None
    assert split(SOUND.token).signed.decode() == SOUND.token.rpartition(".")[0]  # type: ignore[union-attr]  # said above


@pytest.mark.parametrize("missing", ["sub", "tenant_id", "actor_type", "jti", "roles", "scope", "exp", "iat"])
@pytest.mark.parametrize("value", [None, {}, True])
def test_a_signed_token_without_a_claim_of_the_right_type_vouches_for_nobody(
    missing: str, value: object
) -> None:
    claims: dict[str, object] = {**SOUND.claims, missing: value}
    if value is None:
        del claims[missing]
    key = RING.signing
    token = jwt.encode(claims, key.jwk.as_pem(private=True), algorithm="RS256", headers={"kid": key.kid})

    with pytest.raises(NotVouchedError, match=missing):
        verifier().verify(token)


def test_what_is_remembered_is_bounded_and_forgotten_without_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakes.iam.verifier._REMEMBERED", 3)
    iam = Alone()
    tokens = [iam.mint(sub=f"s{number}")["token"] for number in range(8)]

    assert [iam.verify(token) for token in (*tokens, *tokens)] == [200] * 16


async def test_a_revoked_token_is_good_no_more_at_once(iam: IamControl) -> None:
    minted = await iam.mint_whole(**PERSONA)
    other = await iam.mint(**PERSONA)

    before = await verify(iam, minted["token"])
    await iam.revoke(minted["jti"])
    after = await verify(iam, minted["token"])

    assert (before.status, after.status) == (200, 401)
    assert (await verify(iam, other)).status == 200


def test_a_revocation_can_be_as_late_as_the_real_one() -> None:
    iam = Alone()
    minted = iam.mint()
    iam.ask("POST", "/__fake__/revocations", {"jti": minted["jti"], "propagation_seconds": 5})

    verdicts = []
    for iam.now in (BEGIN, BEGIN + 4.9, BEGIN + 5.0):
        verdicts.append(iam.verify(minted["token"]))
    iam.now = BEGIN + 1.0
    iam.ask("POST", "/__fake__/revocations", {"jti": minted["jti"]})

    assert verdicts == [200, 200, 401]
    assert iam.verify(minted["token"]) == 401

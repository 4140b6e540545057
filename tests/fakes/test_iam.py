"""IAM's tokens, judged by an independent JWT library, and its verifier, judged by the tokens."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from fakes.control import ControlError, IamControl
from fakes.iam.fake import IamFake
from fakes.iam.keys import process_ring
from fakes.iam.tokens import AUDIENCE, FLAWS, ISSUER, TokenOrder, mint
from fakes.iam.verifier import NotVouchedError, Verifier
from tests.fakes.wire import connect, request

if TYPE_CHECKING:
    from tests.fakes.wire import Reply

PERSONA: dict[str, Any] = {
    "sub": "user-1",
    "tenant_id": "tenant-1",
    "roles": ["mmm_admin", "developer"],
    "scope": ["mmm.decide", "mmm.read"],
    "actor_type": "ai_agent",
}
CLAIMS = ["kid", "iat", "exp", "aud", "iss", "sub", "jti", "scope", "tenant_id", "roles", "actor_type"]


async def ask(iam: IamControl, method: str, path: str, body: Any = None, **headers: str) -> Reply:  # noqa: ANN401 -- any JSON value
    async with connect(iam.url) as wire:
        return await wire.ask(method, f"/iam/v1{path}", body, **headers)


async def verify(iam: IamControl, token: str) -> Reply:
    return await ask(iam, "POST", "/verify", {"token": token})


async def decoded(iam: IamControl, token: str) -> dict[str, Any]:
    """Verify a token as a stranger would: by the published keys and nothing else."""
    keys = jwt.PyJWKSet.from_dict((await ask(iam, "GET", "/.well-known/jwks.json")).json())
    try:
        key = keys[jwt.get_unverified_header(token).get("kid", "")]
    except KeyError:
        raise jwt.InvalidKeyError("no such kid") from None
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER, options={"require": CLAIMS}
    )
    return claims


async def test_a_sound_token_is_sound_to_an_independent_library(iam: IamControl) -> None:
    before = int(time.time())
    token = await iam.mint(**PERSONA, lifetime_seconds=600)

    claims = await decoded(iam, token)

    assert {name: claims[name] for name in ("sub", "tenant_id", "actor_type", "roles")} == {
        name: PERSONA[name] for name in ("sub", "tenant_id", "actor_type", "roles")
    }
    assert claims["scope"] == "mmm.decide mmm.read"
    assert claims["exp"] - claims["iat"] == 600
    assert before <= claims["iat"] <= time.time()
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["kid"]) == ("RS256", claims["kid"])
    keys = (await ask(iam, "GET", "/.well-known/jwks.json")).json()["keys"]
    assert [len(base64.urlsafe_b64decode(key["n"] + "==")) * 8 for key in keys] == [2048]


async def test_verify_says_what_the_token_says(iam: IamControl) -> None:
    token = await iam.mint(**PERSONA)

    first, again = [await verify(iam, token) for _ in range(2)]

    answer = first.json()
    assert first.status == again.status == 200
    assert answer == again.json()
    assert {name: answer[name] for name in PERSONA} == PERSONA
    assert answer["claims"] == {name: answer[name] for name in answer if name not in ("valid", "claims")}
    expiry = (await decoded(iam, token))["exp"]
    assert answer["valid_until"] == time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(expiry))


@pytest.mark.parametrize("flaw", FLAWS)
async def test_each_flaw_is_refused_by_verify(iam: IamControl, flaw: str) -> None:
    token = await iam.mint(**PERSONA, flaw=flaw)

    reply = await verify(iam, token)

    assert reply.status == 401
    error = reply.json()
    assert (error["error_code"], error["retriable"]) == ("AUTH_FAILED", False)
    assert error["correlation_id"] == reply.headers["X-Request-ID"]


@pytest.mark.parametrize("flaw", sorted(FLAWS.keys() - {"revoked"}))
async def test_each_flaw_but_revocation_is_refused_by_an_independent_library(
    iam: IamControl, flaw: str
) -> None:
    token = await iam.mint(**PERSONA, flaw=flaw)

    with pytest.raises(jwt.PyJWTError):
        await decoded(iam, token)


async def test_only_iam_itself_can_know_that_a_token_was_revoked(iam: IamControl) -> None:
    token = await iam.mint(**PERSONA, flaw="revoked")

    assert (await decoded(iam, token))["sub"] == PERSONA["sub"]


async def test_a_revoked_token_is_good_no_more_at_once(iam: IamControl) -> None:
    minted = await iam.mint_whole(**PERSONA)
    other = await iam.mint(**PERSONA)

    before = await verify(iam, minted["token"])
    await iam.revoke(minted["jti"])
    after = await verify(iam, minted["token"])

    assert (before.status, after.status) == (200, 401)
    assert (await verify(iam, other)).status == 200


@pytest.mark.parametrize("token", ["", "a.b.c", ".", "..", "é.é.é", "x" * 100_000, "e30.e30.", "eyJhbGciOiI"])
async def test_rubbish_vouches_for_nobody(iam: IamControl, token: str) -> None:
    assert (await verify(iam, token)).status == 401


def test_a_remembered_token_ends_with_its_time() -> None:
    now = [1_000_000.0]
    ring = process_ring()
    verifier = Verifier(ring, lambda: now[0], set())
    token = mint(TokenOrder("s", "t", lifetime_seconds=10), ring, now[0]).token

    assert verifier.verify(token).claims["sub"] == "s"
    now[0] += 9.9
    assert verifier.verify(token).claims["sub"] == "s"
    now[0] += 0.1
    with pytest.raises(NotVouchedError, match="expired"):
        verifier.verify(token)


@pytest.mark.parametrize("missing", ["sub", "tenant_id", "actor_type", "jti", "roles", "scope", "exp", "iat"])
@pytest.mark.parametrize("value", [None, {}, True])
def test_a_signed_token_without_a_claim_of_the_right_type_vouches_for_nobody(
    missing: str, value: object
) -> None:
    ring = process_ring()
    claims: dict[str, object] = dict(mint(TokenOrder("s", "t"), ring, time.time()).claims)
    claims[missing] = value
    if value is None:
        del claims[missing]
    token = jwt.encode(
        claims, ring.signing.as_pem(private=True), algorithm="RS256", headers={"kid": ring.signing.kid}
    )

    with pytest.raises(NotVouchedError):
        Verifier(ring, time.time, set()).verify(token)


def test_a_key_of_the_wrong_algorithm_is_not_believed() -> None:
    ring = process_ring()
    claims = mint(TokenOrder("s", "t"), ring, time.time()).claims
    header = {"alg": "HS256", "kid": ring.signing.kid}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    token = b".".join([*parts, b"AAAA"]).decode()

    with pytest.raises(NotVouchedError):
        Verifier(ring, time.time, set()).verify(token)


async def test_what_cannot_be_minted_is_refused(iam: IamControl) -> None:
    for persona in ({"flaw": "unheard-of"}, {"lifetime_seconds": 0}, {"scope": ["a b"]}, {"colour": "red"}):
        with pytest.raises(ControlError, match="fake iam refused"):
            await iam.mint(sub="s", tenant_id="t", **persona)


async def test_decisions_are_allowed_until_scripted(iam: IamControl) -> None:
    deny = {"decision": "DENY", "reason": "scripted", "receipt_id": "00000000-0000-4000-8000-000000000000"}
    await iam.script("POST /decision", match={"sub": "villain"}, reply={"status": 200, "body": deny})

    answers = {}
    for sub in ("hero", "villain"):
        body = {"subject": {"sub": sub, "roles": []}, "action": "mmm.decide", "resource": "mmm_engine"}
        answers[sub] = (await ask(iam, "POST", "/decision", body)).json()["decision"]

    assert answers == {"hero": "ALLOW", "villain": "DENY"}


async def test_verify_calls_are_told_apart_by_tenant_and_sub(iam: IamControl) -> None:
    ours = await iam.mint(sub="a", tenant_id="ours")
    theirs = await iam.mint(sub="b", tenant_id="theirs")
    await iam.script("POST /verify", match={"tenant": "ours"}, fault={"kind": "status", "status": 503})

    statuses = [(await verify(iam, token)).status for token in (ours, theirs)]

    assert statuses == [503, 200]
    assert [entry.sub for entry in await iam.journal(tenant="theirs")] == ["b"]
    assert [entry.tenant for entry in await iam.journal(sub="a")] == ["ours"]


async def test_a_bundle_is_applied_once_for_each_key(iam: IamControl) -> None:
    bundle = {"bundle_id": "b", "version": "1", "policies": []}
    first, again, other = [
        await ask(iam, "PUT", "/policies", bundle, x_idempotency_key=key) for key in ("k1", "k1", "k2")
    ]
    conflict = await ask(iam, "PUT", "/policies", {**bundle, "version": "2"}, x_idempotency_key="k1")

    assert first.status == again.status == 202
    assert first.json() == again.json() != other.json()
    assert (conflict.status, conflict.json()["error_code"]) == (409, "CONFLICT")


async def test_metrics_count_what_was_asked(iam: IamControl) -> None:
    token = await iam.mint(**PERSONA)
    for each in (token, token, "rubbish"):
        await verify(iam, each)

    text = (await ask(iam, "GET", "/metrics")).body.decode()

    assert 'iam_requests_total{outcome="vouched"} 2\n' in text
    assert 'iam_requests_total{outcome="refused"} 1\n' in text


async def test_config_names_what_the_tokens_name(iam: IamControl) -> None:
    config = (await ask(iam, "GET", "/config")).json()
    claims = await decoded(iam, await iam.mint(**PERSONA))

    assert (config["issuer"], config["audience"]) == (claims["iss"], claims["aud"])


async def test_many_tokens_are_verified_over_one_connection(iam: IamControl) -> None:
    tokens = [await iam.mint(sub=f"s{number}", tenant_id="t") for number in range(20)]

    async with connect(iam.url) as wire:
        for token in tokens:
            await wire.send(request("POST", "/iam/v1/verify", {"token": token}))
        answers = [(await wire.reply()).json()["sub"] for _ in tokens]

    assert answers == [f"s{number}" for number in range(20)]


def test_all_fakes_of_a_process_share_its_keys() -> None:
    keys = [IamFake()._ring for _ in range(2)]

    assert keys[0] is keys[1]


async def test_reset_gives_back_what_was_revoked(iam: IamControl) -> None:
    token = await iam.mint(**PERSONA, flaw="revoked")

    await iam.reset(tenant=PERSONA["sub"])
    after_one = await verify(iam, token)
    await iam.reset()
    after_all = await asyncio.wait_for(verify(iam, token), 5)

    assert (after_one.status, after_all.status) == (401, 200)

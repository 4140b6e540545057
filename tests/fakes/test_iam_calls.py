"""What IAM says besides: metrics, configuration, whose call was whose."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.fakes.identity import PERSONA, ask, verify
from tests.fakes.wire import connect, request

if TYPE_CHECKING:
    from fakes.control import IamControl


async def test_verify_calls_are_told_apart_by_tenant_and_sub(iam: IamControl) -> None:
    ours = await iam.mint(sub="a", tenant_id="ours")
    theirs = await iam.mint(sub="b", tenant_id="theirs")
    await iam.script("POST /verify", match={"tenant": "ours"}, fault={"kind": "status", "status": 503})

    statuses = [(await verify(iam, token)).status for token in (ours, theirs)]

    assert statuses == [503, 200]
    assert [entry.sub for entry in await iam.journal(tenant="theirs")] == ["b"]
    assert [entry.tenant for entry in await iam.journal(sub="a")] == ["ours"]


async def test_a_bad_token_is_told_apart_by_what_it_claims(iam: IamControl) -> None:
    token = await iam.mint(sub="a", tenant_id="ours", flaw="padded")

    await verify(iam, token)

    assert [(entry.sub, entry.status) for entry in await iam.journal(tenant="ours")] == [("a", 401)]


async def test_metrics_count_what_was_asked(iam: IamControl) -> None:
    token = await iam.mint(**PERSONA)
    for each in (token, token, "rubbish"):
        await verify(iam, each)

    text = (await ask(iam, "GET", "/metrics")).body.decode()

    assert 'iam_requests_total{outcome="vouched"} 2\n' in text
    assert 'iam_requests_total{outcome="refused"} 1\n' in text


async def test_config_names_what_the_tokens_name(iam: IamControl) -> None:
    config = (await ask(iam, "GET", "/config")).json()
    claims = (await iam.mint_whole(**PERSONA))["claims"]

    assert (config["issuer"], config["audience"]) == (claims["iss"], claims["aud"])
    assert config["module_id"]
    assert config["version"]


async def test_a_request_id_is_the_caller_s_or_a_new_one(iam: IamControl) -> None:
    given = await ask(iam, "GET", "/health", x_request_id="r-1")
    made = [await ask(iam, "GET", "/health") for _ in range(2)]

    assert given.headers["X-Request-ID"] == "r-1"
    assert len({reply.headers["X-Request-ID"] for reply in made}) == 2


async def test_many_tokens_are_verified_over_one_connection(iam: IamControl) -> None:
    tokens = [await iam.mint(sub=f"s{number}", tenant_id="t") for number in range(20)]

    async with connect(iam.url) as wire:
        for token in tokens:
            await wire.send(request("POST", "/iam/v1/verify", {"token": token}))
        answers = [(await wire.reply()).json()["sub"] for _ in tokens]

    assert answers == [f"s{number}" for number in range(20)]


async def test_reset_gives_back_what_was_revoked(iam: IamControl) -> None:
    token = await iam.mint(**PERSONA, flaw="revoked")

    await iam.reset(tenant=PERSONA["tenant_id"])
    after_one = await verify(iam, token)
    await iam.reset()
    after_all = await asyncio.wait_for(verify(iam, token), 5)

    assert (after_one.status, after_all.status) == (401, 200)

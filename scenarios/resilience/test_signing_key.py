"""The key that receipts are signed with comes in either of two forms."""

from __future__ import annotations

import asyncio

from harness.scenario import (
    EngineClient,
    Eris,
    Running,
    World,
    not_exercised,
    own_world,
    requirement,
    restart_with_pem,
)


@requirement("FR-12")
@own_world(replicas=1)
async def test_a_key_given_as_pem_signs_as_the_same_key_given_as_base64(
    engine: EngineClient, eris: Eris, running: Running, world: World
) -> None:
    """An engine that is given its signing key as PEM starts, and signs with it what ERIS takes."""
    before = (await engine.decide()).decision
    signed = [await eris.receipt_of(before.id)]

    ended = await asyncio.to_thread(restart_with_pem, running.engine)
    if ended is None:
        not_exercised("the profile does not give ERIS_SIGNING_KEY as {signing_key}: it cannot be PEM instead")
    assert ended == ""
    after = (await engine.decide()).decision
    signed.append(await eris.receipt_of(after.id))

    assert [receipt.signature_problem(str(world.signing_public_key)) for receipt in signed] == ["", ""]
    assert await eris.rejections() == []

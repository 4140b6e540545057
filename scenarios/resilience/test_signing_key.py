"""The key that receipts are signed with comes in either of two forms, and without it nothing starts."""

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
    starts_again,
    with_pem,
    without_key,
)

# So many times as long as its start took with its key, and at least a second, one that goes on is waited for.
TIMES, LEAST_SECONDS = 3, 1.0


@requirement("FR-12")
@own_world(replicas=1)
async def test_a_key_given_as_pem_signs_as_the_same_key_given_as_base64(
    engine: EngineClient, eris: Eris, running: Running, world: World
) -> None:
    """An engine that is given its signing key as PEM starts, and signs with it what ERIS takes."""
    before = (await engine.decide()).decision
    signed = [await eris.receipt_of(before.id)]

    pem = with_pem(running.engine.blueprint)
    if pem is None:
        not_exercised("the profile does not give ERIS_SIGNING_KEY as {signing_key}: it cannot be PEM instead")
    await starts_again(running)
    assert await asyncio.to_thread(running.engine.restart_as, pem) == ""
    after = (await engine.decide()).decision
    signed.append(await eris.receipt_of(after.id))

    assert [receipt.signature_problem(str(world.signing_public_key)) for receipt in signed] == ["", ""]
    assert await eris.rejections() == []


@requirement("FR-12")
@own_world(replicas=1)
async def test_an_engine_without_its_key_does_not_start(
    engine: EngineClient, eris: Eris, running: Running, world: World
) -> None:
    """An engine whose ERIS_SIGNING_KEY is not set, or empty, never gets ready, as it does with it.

    Whether its process ends or goes on without ever being ready is its choice. One that has its key by some
    other way as well cannot be asked.
    """
    keyless = without_key(running.engine.blueprint)
    if not keyless:
        not_exercised("the profile does not give the key in ERIS_SIGNING_KEY alone: it cannot be left out")
    await starts_again(running)
    signed = await eris.receipt_of((await engine.decide()).decision.id)

    within = max(LEAST_SECONDS, TIMES * running.engine.took)
    ready = []
    for how, blueprint in keyless.items():
        if not await asyncio.to_thread(running.engine.restart_as, blueprint, within):
            ready.append(how)
            await leave_if_signed(engine, eris, world)

    assert signed.signature_problem(str(world.signing_public_key)) == ""
    assert ready == []


async def leave_if_signed(engine: EngineClient, eris: Eris, world: World) -> None:
    """Leave the scenario where a decision is signed with the key that was left out."""
    reply = await engine.decide()
    if reply.status != 200:
        return
    receipt = await eris.receipt_of(reply.decision.id)
    if receipt.signature_problem(str(world.signing_public_key)) == "":
        not_exercised("the engine has its key by another way than ERIS_SIGNING_KEY, too")

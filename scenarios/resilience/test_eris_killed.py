"""An engine that is killed after its answer has lost no receipt."""

from __future__ import annotations

import asyncio

from harness.scenario import EngineClient, Eris, Given, Running, own_world, parametrize, requirement

DELIVERED_WITHIN = 30.0


@requirement("FR-12", "RF-MMM-02")
@own_world(breaker_recovery_seconds=1)
@parametrize("how", ["goes_down", "never_answers"])
async def test_a_killed_engine_has_lost_no_receipt(
    how: str, engine: EngineClient, given: Given, eris: Eris, running: Running
) -> None:
    """The receipt of an answered decision arrives, once, though the engine was killed meanwhile."""
    await given.published_playbook()
    before = await eris.settled(given, due=2)
    await getattr(eris, how)()

    reply = await engine.decide()
    answered = reply.decision.id
    await asyncio.to_thread(running.engine.kill)
    await eris.heals()
    await asyncio.to_thread(running.engine.restart)

    await eris.awaited(
        lambda receipt: receipt.decision_id == answered,
        "the receipt of a decision that was answered before the engine was killed",
        within=DELIVERED_WITHIN,
    )
    receipts = [receipt for receipt in await eris.settled(given, due=4) if receipt.decision_id == answered]
    assert len(receipts) == 1
    assert [receipt.kind for receipt in before] == ["admin", "admin"]

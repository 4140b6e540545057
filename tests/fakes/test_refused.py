"""A request outside the contract: a scripted reply is not for it, a fault strikes it all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.wire import connect

if TYPE_CHECKING:
    from fakes.control import FakeControl

EVALUATE = "POST /v1/policy/tenants/{tenant_id}/evaluate"
SOUND = {"context": {"actor_type": "human", "source": "ide"}}
DOWN = {"kind": "status", "status": 503}


async def evaluate(control: FakeControl, *bodies: object) -> list[int]:
    async with connect(control.url) as wire:
        return [(await wire.ask("POST", "/v1/policy/tenants/a/evaluate", body)).status for body in bodies]


async def test_a_reply_is_not_used_up_by_a_request_that_is_refused(policy: FakeControl) -> None:
    script = await policy.script(EVALUATE, reply={"status": 418}, times=1)

    assert await evaluate(policy, {}) == [400]
    unused = await policy.state(script)
    assert await evaluate(policy, SOUND, SOUND) == [418, 200]

    assert (unused.hits, unused.fired_at, unused.exhausted) == (0, (), False)
    assert [entry.script_id for entry in await policy.journal()] == [None, script, None]


async def test_a_refused_request_draws_no_chance_of_a_reply(policy: FakeControl) -> None:
    rows = []
    rounds: tuple[tuple[object, ...], ...] = ((SOUND,) * 12, (SOUND, {}) * 12)
    for bodies in rounds:
        script = await policy.script(EVALUATE, reply={"status": 418}, probability=0.5, seed=4)
        rows.append([status for status in await evaluate(policy, *bodies) if status != 400])
        await policy.heal(script)

    assert rows[0] == rows[1]
    assert set(rows[0]) == {200, 418}


async def test_a_fault_strikes_a_refused_request_even_from_below_a_reply(policy: FakeControl) -> None:
    fault = await policy.script(EVALUATE, fault=DOWN, times=1)
    reply = await policy.script(EVALUATE, reply={"status": 418})

    assert await evaluate(policy, {}, {}, SOUND) == [503, 400, 418]

    assert [(await policy.state(script)).hits for script in (fault, reply)] == [1, 1]

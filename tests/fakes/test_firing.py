"""A fault has fired when it misbehaved, not when somebody asked: what no client met has not fired."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from fakes.http.answer import Answer
from fakes.http.request import Request
from fakes.policy import PolicyFake
from fakes.shape.faults import FAULTS
from fakes.shape.stage import Stage
from tests.fakes.evidence import signer_of
from tests.fakes.receipts import receipt
from tests.fakes.wire import PATIENCE, arrived, connect, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.control import ErisControl, FakeControl
    from fakes.http.link import Conduct

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "status": {"status": 503},
    "delay": {"seconds": 0},
    "slow_body": {"bytes_per_second": 1e9},
}


@dataclass
class StubLink:
    """A client's connection without a client; `done` are the deeds in their order."""

    lost: bool
    done: list[str] = field(default_factory=list)

    def answer(self, answer: Answer) -> None:
        self.done.append(f"answer {answer.status}")

    def head(self, answer: Answer, length: int) -> None:
        self.done.append(f"head {answer.status} {length}")

    def write(self, data: bytes) -> None:
        self.done.append(f"write {len(data)}")

    async def flushed(self) -> None:
        self.done.append("flushed")

    def close(self) -> None:
        self.done.append("close")

    def reset(self) -> None:
        self.done.append("reset")

    async def gone(self) -> None:
        self.done.append("gone")


def ask(stage: Stage, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- any JSON value
    content = b"" if body is None else json.dumps(body).encode()
    answer = stage.handle(Request(method, path, headers={"content-type": "application/json"}, body=content))
    assert isinstance(answer, Answer)
    return json.loads(answer.body)


def arm(stage: Stage, kind: str) -> str:
    order = {"fault": {"kind": kind, **SETTINGS.get(kind, {})}}
    return str(ask(stage, "POST", "/__fake__/scripts", order)["script_id"])


def struck(stage: Stage) -> Conduct:
    conduct = stage.handle(Request("GET", "/health"))
    assert not isinstance(conduct, Answer)
    return conduct


@pytest.mark.parametrize("kind", FAULTS)
async def test_every_fault_fires_once_at_a_client_that_is_there(kind: str) -> None:
    stage = Stage(PolicyFake(), clock=lambda: 1.0)
    script, link = arm(stage, kind), StubLink(lost=False)

    await struck(stage).run(link)

    state = ask(stage, "GET", f"/__fake__/scripts/{script}")
    (entry,) = ask(stage, "GET", "/__fake__/journal")["entries"]
    assert link.done
    assert (state["hits"], state["fired_at"]) == (1, ["1970-01-01T00:00:01.000000Z"])
    assert (entry["fault"], entry["armed_at"]) == (kind, state["armed_at"])
    assert [entry["fired_at"]] == state["fired_at"]


@pytest.mark.parametrize("kind", FAULTS)
async def test_no_fault_fires_at_a_client_that_has_gone(kind: str) -> None:
    stage = Stage(PolicyFake())
    script = arm(stage, kind)

    await struck(stage).run(StubLink(lost=True))

    state = ask(stage, "GET", f"/__fake__/scripts/{script}")
    (entry,) = ask(stage, "GET", "/__fake__/journal")["entries"]
    assert (state["hits"], state["fired_at"]) == (0, [])
    assert (entry["fault"], entry["armed_at"], entry["fired_at"]) == (kind, state["armed_at"], None)


async def settled(control: FakeControl) -> None:
    """Wait until the fake has seen all that clients did before: it answers what came later."""
    for _ in range(2):
        await control.health()


def seconds_between(first: str, second: str) -> float:
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()


async def test_a_fault_waits_for_the_requests_before_it_and_fires_no_sooner(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "delay", "seconds": 0.3}, times=1)
    await policy.script("GET /v1/standards", fault={"kind": "empty_reply"})

    async with connect(policy.url) as wire:
        await wire.send(request("GET", "/health") + request("GET", "/v1/standards"))
        await wire.reply()
        await wire.rest()

    first, second = await policy.journal()
    assert first.fired_at is not None
    assert second.fired_at is not None
    assert seconds_between(first.fired_at, second.fired_at) >= 0.29


async def test_a_fault_behind_a_request_that_nobody_waited_for_never_fires(policy: FakeControl) -> None:
    late = await policy.script(fault={"kind": "delay", "seconds": 60})
    second = await policy.script("GET /v1/standards", fault={"kind": "reset"})

    async with connect(policy.url) as wire:
        await wire.send(request("GET", "/health") + request("GET", "/v1/standards"))
        await arrived(policy)

    await settled(policy)
    assert (await policy.state(late)).hits == 1
    assert (await policy.state(second)).fired_at == ()


async def test_a_cut_that_the_client_never_let_happen_has_not_fired(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    whole = receipt()
    whole["decision"]["rationale"] = "x" * 7_000_000
    signed = signer.signed(whole)
    path = f"/v1/evidence/receipts/{signed['receipt_id']}"
    async with connect(eris.url) as wire:
        assert (await wire.ask("POST", "/v1/evidence/receipts", signed)).status == 200
    script = await eris.script(fault={"kind": "truncated_body", "share": 0.99})

    async with connect(eris.url) as wire:
        await wire.send(request("GET", path))
        await asyncio.wait_for(wire.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        unread = await eris.state(script)

    await settled(eris)
    healed = await eris.heal(script)
    entry = (await eris.journal())[-1]
    assert (unread.fired_at, healed.fired_at, healed.hits) == ((), (), 0)
    assert (entry.path, entry.fault, entry.fired_at) == (path, "truncated_body", None)


async def test_delay_has_fired_before_its_answer_is_there(policy: FakeControl) -> None:
    script = await policy.script(fault={"kind": "delay", "seconds": 0.3})

    async with connect(policy.url) as wire:
        asking = asyncio.create_task(wire.ask("GET", "/health"))
        await arrived(policy)
        during = await policy.state(script)
        await asking

    assert during.hits == len(during.fired_at) == 1


async def test_nothing_fired_where_nothing_was_asked(policy: FakeControl) -> None:
    script = await policy.script("GET /v1/standards", fault={"kind": "reset"})

    async with connect(policy.url) as wire:
        await wire.ask("GET", "/health")

    assert (await policy.heal(script)).fired_at == ()


async def test_a_drawn_delay_is_spread_by_its_seed_strike_by_strike(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    rows = []
    for seed in (5, 5, 6):
        stage = Stage(PolicyFake())
        drawn = {"distribution": "lognormal", "median": 2, "sigma": 1, "at_most": 4, "seed": seed}
        order = {"fault": {"kind": "delay", "seconds": drawn}}
        ask(stage, "POST", "/__fake__/scripts", order)
        waited.clear()
        for _ in range(40):
            await struck(stage).run(StubLink(lost=False))
        rows.append(list(waited))

    assert rows[0] == rows[1] != rows[2]
    for row in rows:
        assert len(set(row)) > 20
        assert min(row) < 2 < max(row) == 4

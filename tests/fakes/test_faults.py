"""Each fault as a client sees it: raw bytes on a socket."""

from __future__ import annotations

import asyncio
import socket
import time
from urllib.parse import urlsplit

import pytest

from fakes.control import ControlError, ErisControl, FakeControl, IamControl
from fakes.shape.faults import FAULTS, make_fault
from tests.fakes.receipts import Signer, receipt
from tests.fakes.wire import arrived, connect, request


async def test_status_is_an_error_of_the_fakes_own_shape(iam: IamControl, policy: FakeControl) -> None:
    for control in (iam, policy):
        await control.script(fault={"kind": "status", "status": 503})

    async with connect(iam.url) as one, connect(policy.url) as other:
        from_iam = await one.ask("POST", "/iam/v1/verify", {"token": "x"})
        from_policy = await other.ask("GET", "/health")

    assert (from_iam.status, from_iam.json()["error_code"]) == (503, "SERVER_ERROR")
    assert (from_policy.status, from_policy.json()["error"]["retryable"]) == (503, True)


async def test_delay_answers_normally_and_later(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "delay", "seconds": 0.2}, times=1)

    async with connect(policy.url) as wire:
        began = time.monotonic()
        reply = await wire.ask("GET", "/health")
        took = time.monotonic() - began

    assert reply.json() == {"status": "healthy"}
    assert took >= 0.2


async def test_delay_has_heard_a_client_that_gave_up(eris: ErisControl) -> None:
    signer = Signer.new()
    await eris.register_key(signer.kid, signer.public_key)
    await eris.script(fault={"kind": "delay", "seconds": 60}, times=1)

    async with connect(eris.url) as wire:
        await wire.send(request("POST", "/v1/evidence/receipts", signer.signed(receipt())))
        await arrived(eris)

    assert len((await eris.receipts()).receipts) == 1
    assert [entry.status for entry in await eris.journal()] == [None]


async def test_never_answer_keeps_the_connection_open_and_silent(policy: FakeControl) -> None:
    script = await policy.script(fault={"kind": "never_answer"})

    async with connect(policy.url) as wire:
        await wire.send(request("GET", "/health"))
        await arrived(policy)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wire.reader.read(1), 0.2)

        (entry,) = await policy.journal()
        assert (entry.status, entry.fault, entry.script_id) == (None, "never_answer", script)


async def test_reset_is_an_rst(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "reset"})
    place = urlsplit(policy.url)

    def read() -> bytes:
        with socket.create_connection((place.hostname, place.port), timeout=5) as raw:
            raw.sendall(request("GET", "/health"))
            return raw.recv(100)

    with pytest.raises(ConnectionResetError):
        await asyncio.to_thread(read)


async def test_a_fault_says_when_it_was_armed_and_when_it_fired(policy: FakeControl) -> None:
    script = await policy.script(fault={"kind": "status", "status": 500}, times=2)

    before = await policy.state(script)
    async with connect(policy.url) as wire:
        statuses = [(await wire.ask("GET", "/health")).status for _ in range(3)]
    after = await policy.heal(script)

    assert (before.hits, before.fired_at) == (0, ())
    assert statuses == [500, 500, 200]
    assert after.hits == len(after.fired_at) == 2
    assert after.armed_at <= after.fired_at[0] <= after.fired_at[1]


async def test_healing_ends_a_fault(policy: FakeControl) -> None:
    script = await policy.script(fault={"kind": "status", "status": 500})

    await policy.heal(script)

    async with connect(policy.url) as wire:
        assert (await wire.ask("GET", "/health")).status == 200
    with pytest.raises(ControlError, match="no such script"):
        await policy.state(script)


async def test_a_fault_strikes_even_a_request_outside_the_contract(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "status", "status": 503})

    async with connect(policy.url) as wire:
        reply = await wire.ask("GET", "/health?x=1")

    assert reply.status == 503
    (entry,) = await policy.journal()
    assert [violation.rule for violation in entry.violations] == ["query.unknown"]


def test_every_fault_is_listed_under_the_name_of_its_file() -> None:
    assert all(made.__module__ == f"fakes.shape.faults.{kind}" for kind, made in FAULTS.items())


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"kind": "slow"},
        {"kind": "delay"},
        {"kind": "delay", "seconds": "1"},
        {"kind": "delay", "seconds": -1},
        {"kind": "delay", "seconds": 1, "extra": 1},
        {"kind": "status", "status": 200},
        {"kind": ["reset"]},
    ],
)
def test_a_fault_that_cannot_be_is_refused(order: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fault"):
        make_fault(order)

"""Each fault as a client sees it: raw bytes on a socket."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from fakes.catalogue import FAKES
from fakes.control import ControlError, ErisControl, FakeControl, IamControl
from fakes.running import running_fakes
from fakes.shape.faults import FAULTS, make_fault
from tests.fakes.conformity import breaches
from tests.fakes.evidence import signer_of
from tests.fakes.receipts import Signer, receipt
from tests.fakes.wire import arrived, connect, request

RECEIPTS = "/v1/evidence/receipts"
STANDARDS = "/v1/standards?tenant_id=a%20b&framework=mmm"


async def all_that_comes(control: FakeControl, method: str, path: str, body: object = None) -> bytes:
    """Return what a client gets until the fake ends the connection."""
    async with connect(control.url) as wire:
        await wire.send(request(method, path, body))
        return await wire.rest()


async def test_status_is_an_error_of_the_fakes_own_shape(iam: IamControl, policy: FakeControl) -> None:
    for control in (iam, policy):
        await control.script(fault={"kind": "status", "status": 503})

    async with connect(iam.url) as one, connect(policy.url) as other:
        from_iam = await one.ask("POST", "/iam/v1/verify", {"token": "x"})
        from_policy = await other.ask("GET", STANDARDS)

    assert (from_iam.status, from_iam.json()["error_code"]) == (503, "SERVER_ERROR")
    assert (from_policy.status, from_policy.json()["error"]["retryable"]) == (503, True)


@pytest.mark.parametrize("name", [name for name in FAKES if name != "otlp"])
async def test_status_503_makes_health_unhealthy_within_the_contract(name: str) -> None:
    path = {"iam": "/iam/v1/health", "eris": "/v1/evidence/health"}.get(name, "/health")
    async with running_fakes(only=[name]) as fakes, FakeControl(name, fakes.urls[name]) as control:
        await control.script(fault={"kind": "status", "status": 503}, times=1)
        async with connect(control.url) as wire:
            replies = [await wire.ask("GET", path) for _ in range(2)]

    assert [(reply.status, reply.json()["status"]) for reply in replies] == [
        (503, "unhealthy"),
        (200, "healthy"),
    ]
    assert [breaches(name, "GET", path, reply) for reply in replies] == [[], []]


async def test_delay_answers_normally_and_later(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "delay", "seconds": 0.2}, times=1)

    async with connect(policy.url) as wire:
        began = time.monotonic()
        reply = await wire.ask("GET", "/health")
        took = time.monotonic() - began

    assert reply.json() == {"status": "healthy"}
    assert took >= 0.2


@pytest.mark.parametrize(
    "seconds",
    [
        {"distribution": "uniform", "low": 0.15, "high": 0.25, "seed": 3},
        {"distribution": "lognormal", "median": 60, "sigma": 0, "at_most": 0.2},
    ],
)
async def test_delay_may_be_drawn(policy: FakeControl, seconds: dict[str, object]) -> None:
    await policy.script(fault={"kind": "delay", "seconds": seconds}, times=1)

    async with connect(policy.url) as wire:
        began = time.monotonic()
        reply = await wire.ask("GET", "/health")
        took = time.monotonic() - began

    assert reply.json() == {"status": "healthy"}
    assert 0.15 <= took < 5


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


async def test_empty_reply_is_a_clean_end_without_a_byte(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "empty_reply"})

    async with connect(policy.url) as wire:
        await wire.send(request("GET", "/health"))

        assert await wire.rest() == b""

    (entry,) = await policy.journal()
    assert entry.status is None


async def test_random_bytes_are_no_http_and_the_end(policy: FakeControl) -> None:
    await policy.script(fault={"kind": "random_bytes", "size": 5000, "seed": 7})

    noises = [await all_that_comes(policy, "GET", "/health") for _ in range(2)]

    assert [len(noise) for noise in noises] == [5000, 5000]
    assert noises[0] != noises[1]
    assert not any(noise.startswith(b"HTTP/") for noise in noises)


async def test_the_same_seed_makes_the_same_noise(policy: FakeControl) -> None:
    noises = []
    for seed in (7, 7, 8):
        script = await policy.script(fault={"kind": "random_bytes", "seed": seed})
        noises.append(await all_that_comes(policy, "GET", "/health"))
        await policy.heal(script)

    assert noises[0] == noises[1] != noises[2]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_loop_leads_back_to_the_same_place(policy: FakeControl, status: int) -> None:
    script = await policy.script(fault={"kind": "redirect_loop", "status": status})

    async with httpx.AsyncClient(trust_env=False, follow_redirects=True, max_redirects=5) as client:
        first = await client.get(f"{policy.url}{STANDARDS}", follow_redirects=False)
        with pytest.raises(httpx.TooManyRedirects):
            await client.get(f"{policy.url}{STANDARDS}")

    assert (first.status_code, first.headers["location"], first.content) == (status, STANDARDS, b"")
    assert (await policy.state(script)).hits == 7
    assert {f"{entry.path}?{entry.query}" for entry in await policy.journal()} == {STANDARDS}


async def test_a_redirected_post_comes_again_whole(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    await eris.script(fault={"kind": "redirect_loop"}, times=1)
    whole = signer.signed(receipt())

    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
        reply = await client.post(f"{eris.url}{RECEIPTS}", json=whole)

    assert reply.status_code == 200
    assert [kept.receipt for kept in (await eris.receipts()).receipts] == [whole]


async def test_processed_but_no_answer_has_stored_what_it_never_confirmed(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    await eris.script(fault={"kind": "processed_but_no_answer"})

    sent = await all_that_comes(eris, "POST", RECEIPTS, signer.signed(receipt()))

    assert sent == b""
    assert len((await eris.receipts()).receipts) == 1
    assert [entry.status for entry in await eris.journal()] == [None]


async def test_processed_but_no_answer_may_keep_the_connection_open(eris: ErisControl) -> None:
    signer = await signer_of(eris)
    await eris.script(fault={"kind": "processed_but_no_answer", "connection": "keep_open"})

    async with connect(eris.url) as wire:
        await wire.send(request("POST", RECEIPTS, signer.signed(receipt())))
        await arrived(eris)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wire.reader.read(1), 0.2)

    assert len((await eris.receipts()).receipts) == 1


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


def test_every_http_fault_of_the_specification_is_there() -> None:
    specified = (
        "status, delay, never answer, empty reply, slow body, truncated body, wrong content type, "
        "malformed JSON, contract-breaking JSON, random bytes, reset, huge body, redirect loop, "
        "processed-but-no-answer"
    )

    assert list(FAULTS) == [re.sub("[ -]", "_", name.lower()) for name in specified.split(", ")]


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
        {"kind": "delay", "seconds": {"low": 1, "high": 2}},
        {"kind": "delay", "seconds": {"distribution": "uniform", "low": 2, "high": 1}},
        {"kind": "delay", "seconds": {"distribution": "lognormal", "median": 0, "sigma": 1}},
        {"kind": "delay", "seconds": {"distribution": "uniform", "low": 1, "high": 2, "sigma": 1}},
        {"kind": "slow_body", "bytes_per_second": 0},
        {"kind": "slow_body", "at_most_seconds": 3601},
        {"kind": "truncated_body", "share": 1},
        {"kind": "wrong_content_type", "content_type": "text/html\r\nX: y"},
        {"kind": "wrong_content_type", "content_type": "html"},
        {"kind": "contract_breaking_json", "by": "luck"},
        {"kind": "random_bytes", "size": 0},
        {"kind": "huge_body", "size": 1},
        {"kind": "redirect_loop", "status": 304},
        {"kind": "processed_but_no_answer", "connection": "reset"},
        {"kind": "status", "status": 200},
        {"kind": ["reset"]},
    ],
)
def test_a_fault_that_cannot_be_is_refused(order: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fault"):
        make_fault(order)

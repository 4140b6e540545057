"""What a hostile or broken client sends: refused with the right status, and nobody else notices."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil
import pytest

from fakes.http.limits import Limits
from fakes.http.server import HttpServer
from fakes.policy import PolicyFake
from fakes.shape.stage import Stage
from tests.fakes.test_process import read, started, urls_of
from tests.fakes.wire import connect, request
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from fakes.control import FakeControl

EVALUATE = "/v1/policy/tenants/t1/evaluate"
CONTEXT = {"context": {"actor_type": "human", "source": "ide"}}
WHOLE = request("POST", EVALUATE, CONTEXT)
HEAD = f"POST {EVALUATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
MEGABYTE = 1_048_576
PATIENCE = 0.4


# Connections that come and go.


@pytest.fixture
def child() -> Iterator[tuple[psutil.Process, tuple[str, int]]]:
    with started("--only", "policy") as process:
        place = urlsplit(urls_of(process)["policy"])
        assert place.hostname is not None
        assert place.port is not None
        yield psutil.Process(process.pid), (place.hostname, place.port)


def come_and_go(place: tuple[str, int], count: int) -> None:
    """Open connections, send half a request on every other one, drop them all."""
    for _ in range(count // 100):
        with contextlib.ExitStack() as stack:
            for number in range(100):
                one = stack.enter_context(socket.create_connection(place, timeout=5))
                if number % 2:
                    one.sendall(WHOLE[: len(WHOLE) // 2 + number % 40])


def test_ten_thousand_connections_leave_nothing_behind(
    child: tuple[psutil.Process, tuple[str, int]],
) -> None:
    process, place = child
    quiet = process.num_fds()
    come_and_go(place, 10_000)  # the allocator has what it needs until the next full collection
    assert eventually(lambda: process.num_fds() == quiet, within=10)
    before = process.memory_info().rss

    come_and_go(place, 10_000)

    assert eventually(lambda: process.num_fds() == quiet, within=10)
    assert process.memory_info().rss - before < 10_000 * 1_000  # one that is kept has 2,700 bytes and more
    assert "ready" in read(f"http://{place[0]}:{place[1]}/__fake__/health")


# What is too much, and what is no text.


def flood(count: int) -> bytes:
    return b"".join(b"x-%d: y\r\n" % number for number in range(count))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (HEAD + flood(101) + b"\r\n", 431),
        (HEAD + flood(50_000) + b"\r\n", 431),
        (HEAD + b"x: " + b"y" * MEGABYTE, 431),
        (b"GET /" + b"x" * MEGABYTE, 414),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /v1/policy/tenants/%ff/evaluate HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /health?x=%c3%28 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: x\r\ntraceparent: \xff\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: x\r\nx-\xff: y\r\n\r\n", 400),
    ],
    ids=["101", "50000", "1 MB", "target", "raw", "raw text", "encoded", "query", "value", "name"],
)
async def test_a_head_that_cannot_be_is_refused(policy: FakeControl, sent: bytes, status: int) -> None:
    async with connect(policy.url) as wire, connect(policy.url) as other:
        await wire.send(sent)
        reply = await wire.reply()
        meanwhile = await other.ask("POST", EVALUATE, CONTEXT)
        rest = await wire.rest()

    assert (reply.status, meanwhile.status, rest) == (status, 200, b"")
    (entry,) = [entry for entry in await policy.journal() if entry.status == status]
    assert entry.violations[0].rule == "http"


@pytest.mark.parametrize("value", ["Zürich", "日本"])
async def test_a_header_in_utf_8_is_text(policy: FakeControl, value: str) -> None:
    async with connect(policy.url) as wire:
        await wire.send(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Place: " + value.encode() + b"\r\n\r\n")
        reply = await wire.reply()

    (entry,) = await policy.journal()
    assert (reply.status, entry.request_headers["x-place"]) == (200, value)


@pytest.mark.parametrize(
    "body",
    [b'{"context": "\xff"}', b"[" * 100_000 + b"]" * 100_000, b'{"context":' * 100_000, b'"' + b"x" * 100],
    ids=["no UTF-8", "nested", "nested and cut", "cut"],
)
async def test_a_body_that_cannot_be_read_is_refused_and_the_connection_goes_on(
    policy: FakeControl, body: bytes
) -> None:
    async with connect(policy.url) as wire:
        await wire.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        refused = await wire.reply()
        after = await wire.ask("POST", EVALUATE, CONTEXT)

    assert (refused.status, after.status) == (400, 200)
    entries = await policy.journal()
    assert [entry.status for entry in entries] == [400, 200]
    assert entries[0].violations[0].rule == "body.malformed"


@pytest.mark.parametrize("framing", [b"Content-Length: 104857600", b"Transfer-Encoding: chunked"])
async def test_a_hundred_megabytes_are_refused_while_others_are_served(
    policy: FakeControl, framing: bytes
) -> None:
    piece = bytes(MEGABYTE)
    part = b"100000\r\n" + piece + b"\r\n" if b"chunked" in framing else piece

    async def pour() -> None:
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                await wire.send(part)

    before = psutil.Process().memory_info().rss
    async with connect(policy.url) as wire, connect(policy.url) as other:
        await wire.send(HEAD + framing + b"\r\n\r\n")
        pouring = asyncio.create_task(pour())
        meanwhile = await other.ask("POST", EVALUATE, CONTEXT)
        refused = await wire.reply()
        pouring.cancel()
        await asyncio.wait([pouring])

    assert (refused.status, meanwhile.status) == (413, 200)
    assert psutil.Process().memory_info().rss - before < 40 * MEGABYTE


# Who is too slow.


@pytest.fixture
async def hurried() -> AsyncIterator[str]:
    """A fake that waits for a request to become whole, but not long."""
    server = HttpServer(Stage(PolicyFake()), Limits(seconds=PATIENCE))
    yield await server.start()
    await server.stop()


@pytest.mark.parametrize("begun", [b"G", WHOLE[:60], WHOLE[:-1]], ids=["method", "head", "body"])
async def test_a_request_that_never_becomes_whole_is_refused(hurried: str, begun: bytes) -> None:
    async with connect(hurried) as slow, connect(hurried) as other:
        began = time.monotonic()
        await slow.send(begun)
        refused = asyncio.create_task(slow.reply())
        meanwhile = []
        while not refused.done():
            meanwhile.append((await other.ask("GET", "/health")).status)
        took = time.monotonic() - began
        rest = await slow.rest()

    assert (refused.result().status, rest) == (408, b"")
    assert refused.result().json()["error"]["code"] == "BAD_REQUEST"
    assert PATIENCE <= took < 10 * PATIENCE
    assert set(meanwhile) == {200}


async def test_dripping_byte_by_byte_helps_nobody(hurried: str) -> None:
    async with connect(hurried) as slow:

        async def drip() -> None:
            with contextlib.suppress(ConnectionError):
                for byte in WHOLE * 100:
                    await slow.send(bytes([byte]))
                    await asyncio.sleep(PATIENCE / 10)

        dripping = asyncio.create_task(drip())
        reply = await slow.reply()
        dripping.cancel()
        await asyncio.wait([dripping])

    assert reply.status == 408


async def test_an_idle_connection_is_left_alone(hurried: str) -> None:
    async with connect(hurried) as idle, connect(hurried) as used:
        first = await used.ask("GET", "/health")
        await asyncio.sleep(2.5 * PATIENCE)
        replies = [await one.ask("GET", "/health") for one in (idle, used)]

    assert [reply.status for reply in (first, *replies)] == [200, 200, 200]


async def test_a_client_that_is_not_listened_to_is_not_called_slow(hurried: str) -> None:
    order = {"fault": {"kind": "delay", "seconds": 2.5 * PATIENCE}, "times": 1}
    async with connect(hurried) as wire:
        await wire.ask("POST", "/__fake__/scripts", order)
        await wire.send(request("GET", "/health") * 70 + WHOLE[:-1])
        first = await wire.reply()
        await wire.send(WHOLE[-1:])
        replies = [await wire.reply() for _ in range(70)]

    assert {reply.status for reply in (first, *replies)} == {200}


async def test_a_slow_request_is_in_the_journal(hurried: str) -> None:
    async with connect(hurried) as slow, connect(hurried) as other:
        await slow.send(WHOLE[:60])
        await slow.reply()
        journal = await other.ask("GET", "/__fake__/journal")

    (entry,) = json.loads(journal.body)["entries"]
    assert (entry["status"], entry["violations"][0]["rule"]) == (408, "http")

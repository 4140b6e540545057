"""The front end on real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from fakes.http.answer import Answer
from fakes.http.server import HttpServer
from fakes.running import running_fakes
from tests.fakes.wire import connect, request

if TYPE_CHECKING:
    from fakes.control import FakeControl, IamControl
    from fakes.http.request import Refusal, Request

EVALUATE = "/v1/policy/tenants/t1/evaluate"
CONTEXT = {"context": {"actor_type": "human", "source": "ide"}}


async def test_a_connection_serves_many_requests(policy: FakeControl) -> None:
    async with connect(policy.url) as wire:
        replies = [await wire.ask("GET", "/health") for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 200]


async def test_pipelined_requests_are_answered_in_order(policy: FakeControl) -> None:
    await policy.script("GET /health", fault={"kind": "delay", "seconds": 0.05}, times=1)

    async with connect(policy.url) as wire:
        await wire.send(
            request("GET", "/health") + request("POST", EVALUATE, CONTEXT) + request("GET", "/nowhere")
        )
        replies = [await wire.reply() for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 404]
    assert "status" in replies[0].json()
    assert "allowed" in replies[1].json()


async def test_more_is_pipelined_than_waits_at_a_time(policy: FakeControl) -> None:
    await policy.script("GET /health", fault={"kind": "delay", "seconds": 0.05}, times=1)

    async with connect(policy.url) as wire:
        await wire.send(request("GET", "/health") * 500)
        replies = [await wire.reply() for _ in range(500)]

    assert {reply.status for reply in replies} == {200}


async def test_a_chunked_body_is_read(policy: FakeControl) -> None:
    body = b'{"context": {"actor_type": "human", "source": "ide"}}'
    head = (
        f"POST {EVALUATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )

    async with connect(policy.url) as wire:
        await wire.send(head.encode())
        for byte in body:
            await wire.send(b"1\r\n" + bytes([byte]) + b"\r\n")
        await wire.send(b"0\r\n\r\n")
        reply = await wire.reply()

    assert reply.json()["allowed"] is True


async def test_a_client_that_expects_to_be_told_is_told_to_continue(policy: FakeControl) -> None:
    whole = request("POST", EVALUATE, CONTEXT, expect="100-continue")
    head, _, body = whole.partition(b"\r\n\r\n")

    async with connect(policy.url) as wire:
        await wire.send(head + b"\r\n\r\n")
        interim = await wire.reply()
        await wire.send(body)
        final = await wire.reply()

    assert (interim.status, final.status) == (100, 200)


async def test_a_body_is_read_though_its_client_offers_http_2(policy: FakeControl) -> None:
    offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2_settings": "AAA"}

    async with connect(policy.url) as wire:
        await wire.send(request("POST", EVALUATE, CONTEXT, **offer) + request("GET", "/health"))
        replies = [await wire.reply() for _ in range(2)]

    assert [reply.status for reply in replies] == [200, 200]
    assert replies[0].json()["allowed"] is True


async def test_a_client_of_http_1_0_is_told_that_the_connection_ends(policy: FakeControl) -> None:
    async with connect(policy.url) as wire:
        await wire.send(b"GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        reply = await wire.reply()
        rest = await wire.rest()

    assert (reply.status, reply.headers["connection"], rest) == (200, "close", b"")


async def test_head_is_get_without_a_body(policy: FakeControl) -> None:
    async with connect(policy.url) as wire:
        got = await wire.ask("GET", "/health")
        head = await wire.ask("HEAD", "/health")
        again = await wire.ask("GET", "/health")

    assert head.status == 200
    assert head.headers["content-length"] == got.headers["content-length"]
    assert again.json() == got.json()


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("DELETE", "/health", "GET, HEAD"), ("GET", EVALUATE, "POST"), ("PUT", "/__fake__/health", "GET, HEAD")],
)
async def test_a_method_that_is_not_served_is_told_which_are(
    policy: FakeControl, method: str, path: str, allow: str
) -> None:
    async with connect(policy.url) as wire:
        reply = await wire.ask(method, path)

    assert reply.status == 405
    assert {name.lower(): text for name, text in reply.headers.items()}["allow"] == allow


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"rubbish\r\n\r\n", 400),
        (b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n", 413),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", 431),
    ],
)
async def test_what_cannot_be_served_is_answered_journaled_and_closed(
    iam: IamControl, sent: bytes, status: int
) -> None:
    async with connect(iam.url) as wire:
        await wire.send(sent)
        reply = await wire.reply()
        rest = await wire.rest()

    assert reply.status == status
    assert reply.json()["error_code"] == "BAD_REQUEST"
    assert rest == b""
    entries = await iam.journal()
    assert [(entry.status, entry.violations[0].rule) for entry in entries] == [(status, "http")]


async def test_the_answer_to_the_last_request_arrives_before_the_end(policy: FakeControl) -> None:
    async with connect(policy.url) as wire:
        reply = await wire.ask("GET", "/health", connection="close")
        rest = await wire.rest()

    assert reply.headers["connection"] == "close"
    assert rest == b""


async def test_a_sane_request_id_is_echoed_and_another_replaced(policy: FakeControl) -> None:
    async with connect(policy.url) as wire:
        sane = await wire.ask("GET", "/health", x_request_id="abc-1")
        insane = await wire.ask("GET", "/health", x_request_id="a b")

    assert sane.headers["X-Request-ID"] == "abc-1"
    assert insane.headers["X-Request-ID"] not in ("", "a b")


async def test_a_client_that_goes_in_the_middle_harms_nobody(policy: FakeControl) -> None:
    for sent in (b"GET /hea", b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"):
        async with connect(policy.url) as wire:
            await wire.send(sent)

    assert await policy.health() == "ready"


async def test_a_client_that_does_not_read_is_not_read_from(policy: FakeControl) -> None:
    body = {"text": "x" * 60_000}
    await policy.script("GET /health", reply={"status": 200, "body": body})

    async with connect(policy.url) as wire:
        wire.writer.write(request("GET", "/health") * 400)
        await asyncio.wait_for(policy.health(), 5)
        replies = [await wire.reply() for _ in range(400)]

    assert all(reply.json() == body for reply in replies)


async def test_stopping_takes_every_connection_down() -> None:
    async with running_fakes(only=["policy"]) as fakes, connect(fakes.urls["policy"]) as wire:
        await wire.ask("GET", "/health")
        async with asyncio.timeout(2):
            await fakes.stop()

        with pytest.raises(ConnectionError):
            async with connect(fakes.urls["policy"]):
                pass
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await wire.ask("GET", "/health")


async def test_an_answer_goes_before_what_is_said_to_the_next_request(policy: FakeControl) -> None:
    head, _, _ = request("POST", EVALUATE, CONTEXT, expect="100-continue").partition(b"\r\n\r\n")

    async with connect(policy.url) as wire:
        await wire.send(request("GET", "/health") + head + b"\r\n\r\n")
        first, second = await wire.reply(), await wire.reply()

    assert (first.status, second.status) == (200, 100)


class Moody:
    """An application that breaks on one path, and answers any other with much."""

    def handle(self, request: Request) -> Answer:
        if request.path == "/break":
            raise ZeroDivisionError
        return Answer(200, request.path.encode() * 10_000)

    def refuse(self, _refusal: Refusal) -> Answer:
        return Answer(400)


async def test_what_breaks_on_a_connection_is_the_end_of_that_one_alone() -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    server = HttpServer(Moody())
    url = await server.start()

    async with connect(url) as one, connect(url) as two, connect(url) as three:
        for wire, path in ((one, "/a"), (two, "/break"), (three, "/b")):
            wire.writer.write(request("GET", path))  # without a pause: they arrive in one turn
        replies = [await one.reply(), await three.reply()]
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await two.reply()
    await server.stop()

    assert [reply.status for reply in replies] == [200, 200]
    assert [type(context["exception"]) for context in told] == [ZeroDivisionError]


async def test_large_answers_to_pipelined_requests_are_whole_and_in_order() -> None:
    server = HttpServer(Moody())
    url = await server.start()

    async with connect(url) as wire:
        await wire.send(b"".join(request("GET", f"/{number:03}") for number in range(60)))
        replies = [await wire.reply() for _ in range(60)]
    await server.stop()

    assert [reply.body[:4] for reply in replies] == [b"/%03d" % number for number in range(60)]
    assert {len(reply.body) for reply in replies} == {40_000}

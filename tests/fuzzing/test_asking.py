"""A request goes over the wire byte by byte as it was written, and its answer has one deadline."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from harness.fuzzing.asking import TIMED_OUT, Request, Wire
from tests.fuzzing.raw import OK, answering, drip

if TYPE_CHECKING:
    from collections.abc import Callable


def test_nothing_of_a_request_is_mended() -> None:
    request = Request(
        method="PUT",
        target="/a//%zz?\xff=%",
        headers=(("X-Ray", "caf\xe9"), ("Host", "elsewhere")),
        body=b"{\x00",
    )

    with answering(lambda connection: connection.sendall(OK)) as (url, heard):
        call = Wire(url, 2.0).send(request)

    head, _, body = heard[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"PUT /v1/a//%zz?\xff=% HTTP/1.1"
    assert b"X-Ray: caf\xe9" in lines
    assert b"Host: elsewhere" in lines
    assert b"Content-Length: 2" in lines
    assert sum(line.lower().startswith(b"host") for line in lines) == 1
    assert body == b"{\x00"
    assert (call.status, call.answer, call.error) == (200, b"ok", None)
    assert ("X-A", "b") in call.answer_headers


def test_a_body_in_pieces_tells_no_length() -> None:
    with answering(lambda connection: connection.sendall(OK)) as (url, heard):
        Wire(url, 2.0).send(Request(method="POST", target="/a", body=b"12345", chunked=True))

    assert b"Transfer-Encoding: chunked\r\n" in heard[0]
    assert b"Content-Length" not in heard[0]
    assert heard[0].endswith(b"5\r\n12345\r\n0\r\n\r\n")


def test_what_is_no_whole_answer_in_time_is_none() -> None:
    with answering(drip) as (url, _):
        call = Wire(url, 0.3).send(Request(method="GET", target="/a"))

    assert (call.status, call.error) == (None, TIMED_OUT)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda connection: connection.close(), "RemoteDisconnected"),
        (lambda connection: connection.sendall(b"nonsense\r\n\r\n"), "BadStatusLine"),
        (lambda connection: connection.sendall(OK[:-1]), "IncompleteRead"),
    ],
    ids=["hangs up", "nonsense", "cut"],
)
def test_what_is_no_whole_answer_is_none(answer: Callable[[socket.socket], None], error: str) -> None:
    with answering(answer) as (url, _):
        call = Wire(url, 10.0).send(Request(method="GET", target="/a"))

    assert (call.status, call.error) == (None, error)


def test_an_answer_that_came_before_the_server_hung_up_is_an_answer() -> None:
    def early(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):
            pass

    with answering(early) as (url, _):
        call = Wire(url, 2.0).send(Request(method="POST", target="/a", body=b"x" * 300_000))

    assert call.status == 413

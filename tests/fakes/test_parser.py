"""Whole, byte by byte, and with trailing bytes: three tests that catch every framing bug."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.http.limits import Limits
from fakes.http.parser import RequestParser
from fakes.http.request import ContinueWanted, Refusal, Request, Said

POST = b"POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nX-One: 1\r\nx-one: 2\r\n\r\nhello"
CHUNKED = (
    b"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: dropped\r\n\r\n"
)
GET = b"GET /g HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

POST_READ = Request(
    "POST", "/a/b", "c=d", {"host": "x", "content-length": "5", "x-one": "1, 2"}, b"hello", keep_alive=True
)
CHUNKED_READ = Request("POST", "/c", "", {"host": "x", "transfer-encoding": "chunked"}, b"abcde")
GET_READ = Request("GET", "/g", "", {"host": "x"})


def feed_all(parser: RequestParser, *pieces: bytes) -> list[Said]:
    return [said for piece in pieces for said in parser.feed(piece)]


def test_requests_are_read_whole() -> None:
    parser = RequestParser()

    said = feed_all(parser, POST, CHUNKED, GET)

    assert said == [POST_READ, CHUNKED_READ, GET_READ]


def test_requests_are_read_byte_by_byte() -> None:
    parser = RequestParser()

    said = feed_all(parser, *(bytes([byte]) for byte in POST + CHUNKED + GET))

    assert said == [POST_READ, CHUNKED_READ, GET_READ]


def test_trailing_bytes_wait_for_the_rest_of_their_request() -> None:
    parser = RequestParser()

    first = parser.feed(POST + GET[:7])
    second = parser.feed(GET[7:])

    assert (first, second) == ([POST_READ], [GET_READ])


@given(st.lists(st.integers(0, len(POST + CHUNKED + GET)), max_size=8))
def test_any_slicing_reads_the_same(cuts: list[int]) -> None:
    stream = POST + CHUNKED + GET
    edges = [0, *sorted(cuts), len(stream)]

    said = feed_all(RequestParser(), *(stream[a:b] for a, b in pairwise(edges)))

    assert said == [POST_READ, CHUNKED_READ, GET_READ]


def test_nothing_is_heard_after_the_last_request() -> None:
    parser = RequestParser()

    said = parser.feed(LAST + GET)

    assert said == [Request("GET", "/last", "", {"host": "x", "connection": "close"}, keep_alive=False)]
    assert parser.feed(GET) == []


OFFER = b"Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n"
OFFERED = {"host": "x", "connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2-settings": "AAA"}
OFFERS = {
    "no body": (b"GET /u HTTP/1.1\r\n" + OFFER + b"\r\n", Request("GET", "/u", "", OFFERED)),
    "length": (
        b"POST /u?v=w HTTP/1.1\r\n" + OFFER + b"Content-Length: 5\r\n\r\nhello",
        Request("POST", "/u", "v=w", {**OFFERED, "content-length": "5"}, b"hello"),
    ),
    "chunks": (
        b"PUT /u HTTP/1.1\r\n" + OFFER + b"Transfer-Encoding: chunked\r\n\r\n"
        b"2\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: dropped\r\n\r\n",
        Request("PUT", "/u", "", {**OFFERED, "transfer-encoding": "chunked"}, b"hello"),
    ),
    "no length": (
        b"POST /u HTTP/1.1\r\n" + OFFER + b"Content-Length: 0\r\n\r\n",
        Request("POST", "/u", "", {**OFFERED, "content-length": "0"}),
    ),
}


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(("sent", "read"), OFFERS.values(), ids=OFFERS)
def test_an_offered_upgrade_is_ignored_and_its_request_served(sent: bytes, read: Request, size: int) -> None:
    stream = sent + POST + sent + sent + GET

    said = feed_all(RequestParser(), *(stream[at : at + size] for at in range(0, len(stream), size)))

    assert said == [read, POST_READ, read, read, GET_READ]


def test_a_request_that_offers_an_upgrade_is_not_whole_before_its_body_is() -> None:
    head, body = OFFERS["length"][0][:-5], b"hello"
    parser = RequestParser()

    assert (parser.feed(head), parser.amid) == ([], True)
    assert parser.feed(body) == [OFFERS["length"][1]]
    assert not parser.amid


def test_the_last_request_may_offer_an_upgrade() -> None:
    head = b"POST /u HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n"

    said = RequestParser().feed(head + b"Content-Length: 2\r\n\r\nok" + GET)

    assert [(one.body, one.keep_alive) for one in said if isinstance(one, Request)] == [(b"ok", False)]


def test_a_client_that_offers_an_upgrade_is_told_to_continue_once() -> None:
    parser = RequestParser()
    head = b"POST /u HTTP/1.1\r\n" + OFFER + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"

    before, after = parser.feed(head), parser.feed(b"ok")

    assert before == [ContinueWanted()]
    assert [one.body for one in after if isinstance(one, Request)] == [b"ok"]


def test_an_offer_behind_a_refused_request_is_not_heard() -> None:
    said = RequestParser().feed(b"GET /g HTTP/1.1\r\n\r\n" + b"CONNECT a:80 HTTP/1.1\r\n" + OFFER + b"\r\n")

    assert [one.status for one in said if isinstance(one, Refusal)] == [400]


def test_connect_has_no_body() -> None:
    said = RequestParser().feed(b"CONNECT a:80 HTTP/1.1\r\n" + OFFER + b"\r\n" + GET)

    assert [one.method for one in said if isinstance(one, Request)] == ["CONNECT", "GET"]


@pytest.mark.parametrize("connection", [b"", b"Connection: keep-alive\r\n"])
def test_a_connection_of_http_1_0_ends_with_its_answer(connection: bytes) -> None:
    said = RequestParser().feed(b"GET /g HTTP/1.0\r\n" + connection + b"\r\n")

    assert [one.keep_alive for one in said if isinstance(one, Request)] == [False]


def test_a_client_that_waits_before_its_body_is_seen_before_the_body() -> None:
    parser = RequestParser()

    before = parser.feed(b"POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    after = parser.feed(b"ok")

    assert before == [ContinueWanted()]
    assert [one.body for one in after if isinstance(one, Request)] == [b"ok"]


def test_an_absolute_target_has_a_path() -> None:
    said = RequestParser().feed(b"GET http://fake:80/p?q=1 HTTP/1.1\r\nHost: x\r\n\r\n")

    assert [(one.path, one.query) for one in said if isinstance(one, Request)] == [("/p", "q=1")]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: nine\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + OFFER + b"Content-Length: 101\r\n\r\nGET / HTTP/1.1\r\n", 413),
        (b"POST / HTTP/1.1\r\n" + OFFER + b"Transfer-Encoding: chunked\r\n\r\nnine\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + b"x" * 101, 413),
        (b"GET /" + b"x" * 51 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /" + b"x" * 200, 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 200 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 400, 431),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 8 + b"Host: x\r\n\r\n", 431),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_what_cannot_be_served_is_refused_once(sent: bytes, status: int, size: int) -> None:
    parser = RequestParser(Limits(target=50, head=150, headers=8, body=100))

    said = feed_all(parser, *(sent[at : at + size] for at in range(0, len(sent), size)), GET)

    assert [one.status for one in said if isinstance(one, Refusal)] == [status]
    assert len(said) == 1


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_and_never_break_the_parser(data: bytes) -> None:
    said = feed_all(RequestParser(), data, b"\r\n\r\n")

    assert all(isinstance(one, Request | Refusal | ContinueWanted) for one in said)

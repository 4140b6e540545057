"""A head that came before is taken only for what httptools takes it for, whatever stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.http.alike import _Judge
from fakes.http.heads import Heads
from fakes.http.limits import DEFAULT, Limits
from fakes.http.parser import RequestParser
from fakes.http.request import Headers, Refusal, Request, Said

if TYPE_CHECKING:
    from collections.abc import Mapping

POST = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
GET = b"GET /g HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n" + GET + b"\r\n0\r\n\r\n"
BOTH = POST.replace(b"Content", b"Transfer-Encoding: chunked\r\nContent")
LAST = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
OFFER = GET.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
EXPECT = POST.replace(b"Host", b"Expect: 100-continue\r\nHost")
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACED = POST.replace(b"Host", b"traceparent: " + TRACE + b"\r\nHost")
TRACED_GET = GET.replace(b"Host", b"Traceparent: " + TRACE + b"\r\nHost")
CONNECT = b"CONNECT a:80 HTTP/1.1\r\nHost: x\r\n\r\n"
KINDS = (
    POST,
    GET,
    TRACED,
    TRACED_GET,
    CHUNKED,
    BOTH,
    LAST,
    OFFER,
    EXPECT,
    CONNECT,
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b"0\r\n\r\n",
    b"GET",
)


class Forgetful(Heads):
    """Knows no head: all is read by httptools."""

    def learn(self, data: bytes, request: Request) -> None:
        """Forget it at once."""


def feed(heads: Heads, pieces: list[bytes], limits: Limits = DEFAULT) -> list[list[Said]]:
    parser = RequestParser(limits, heads)
    return [parser.feed(piece) for piece in pieces]


def warmed(limits: Limits = DEFAULT) -> Heads:
    """Know all of KINDS as they are, and what they are like."""
    heads = Heads(limits)
    for kind in KINDS * 2:
        feed(heads, [kind], limits)
    for trace in (b"1" * 55, b"2" * 55):
        feed(heads, [TRACED.replace(TRACE, trace)], limits)
        feed(heads, [TRACED_GET.replace(TRACE, trace)], limits)
    return heads


def sized(traced: bytes, body: bytes, length: int) -> bytes:
    head = traced.removesuffix(b"hello").replace(b"Length: 5", b"Length: %d" % length)
    return head + body


def headers_of(said: list[Said]) -> Mapping[str, str]:
    (request,) = (one for one in said if isinstance(one, Request))
    return request.headers


def test_a_head_that_came_twice_is_known() -> None:
    heads = Heads()
    feed(heads, [POST, POST])

    third, fourth = feed(heads, [POST, POST.replace(b"hello", b"again")])

    assert headers_of(third) is headers_of(fourth)
    assert fourth == [Request("POST", "/a", "b=c", {"host": "x", "content-length": "5"}, b"again")]


@given(st.lists(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4).map(b"".join), max_size=5))
def test_a_stream_means_the_same_whether_its_heads_came_before_or_not(pieces: list[bytes]) -> None:
    assert feed(warmed(), pieces) == feed(Forgetful(), pieces)


@given(st.data())
def test_a_head_that_differs_in_a_byte_is_another_head(data: st.DataObject) -> None:
    stream = bytearray(data.draw(st.sampled_from(KINDS)) + data.draw(st.sampled_from(KINDS)))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] = data.draw(st.sampled_from(b"\r\n :\x00\t0159aA\xff"))

    assert feed(warmed(), [bytes(stream)]) == feed(Forgetful(), [bytes(stream)])


@pytest.mark.parametrize("kind", [CHUNKED, LAST, OFFER, EXPECT], ids=["chunked", "last", "offer", "expect"])
def test_what_may_end_or_change_a_connection_is_read_each_time(kind: bytes) -> None:
    heads = Heads()

    first, second, third = (feed(heads, [kind])[0] for _ in range(3))

    assert first == second == third
    assert headers_of(third) is not headers_of(second)


def test_a_request_whose_body_is_not_whole_waits_for_it() -> None:
    heads = Heads()
    feed(heads, [POST, POST])

    said = feed(heads, [POST[:-2], POST[-2:] + GET])

    assert [len(one) for one in said] == [0, 2]
    assert [one.body for one in said[1] if isinstance(one, Request)] == [b"hello", b""]


def test_heads_that_never_come_again_take_no_more_room() -> None:
    heads = Heads()

    for number in range(10_000):
        feed(heads, [GET.replace(b"/g", b"/%d" % number)] * 2)

    assert 0 < len(heads._known) <= 256
    assert 0 < len(heads._seen) <= 1024


def test_a_head_that_differs_in_its_trace_and_length_alone_is_known() -> None:
    heads = warmed()
    one, other = sized(TRACED.replace(TRACE, b"3" * 55), b"abc", 3), sized(TRACED, b"abcd", 4)

    first, second = feed(heads, [one, other])

    known = headers_of(first), headers_of(second)
    assert all(isinstance(headers, Headers) for headers in known)
    assert len({id(headers.kin) for headers in known if isinstance(headers, Headers)}) == 1
    assert [first, second] == feed(Forgetful(), [one, other])


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.text("0af-A\r\n: x\t\0é", max_size=56), st.binary(max_size=12), st.integers(0, 14)),
        max_size=4,
    )
)
def test_whatever_trace_length_and_body_are_they_mean_the_same(
    variants: list[tuple[str, bytes, int]],
) -> None:
    pieces = [sized(TRACED.replace(TRACE, trace.encode()), body, length) for trace, body, length in variants]

    assert feed(warmed(), pieces) == feed(Forgetful(), pieces)


@pytest.mark.parametrize("size", [11, 10])
def test_a_head_that_is_known_but_for_its_length_is_held_against_the_limits(size: int) -> None:
    limits = Limits(body=10)
    pieces = [sized(TRACED, b"x" * size, size)]

    said = feed(warmed(limits), pieces, limits)

    assert said == feed(Forgetful(limits), pieces, limits)
    assert isinstance(said[0][0], Refusal) == (size == 11)


def test_httptools_says_whether_it_is_one_whole_request() -> None:
    judge = _Judge()

    assert judge.body_of(POST, 5) == b"hello"
    assert judge.body_of(POST[:-1], 4) is None
    assert judge.body_of(GET + GET, len(GET)) is None
    assert judge.body_of(POST.replace(b"Host: x", b"Host x"), 5) is None
    assert judge.body_of(OFFER, 0) is None
    assert judge.body_of(GET, 0) == b""


def test_heads_that_are_alike_but_for_more_take_no_more_room() -> None:
    heads = Heads()

    for number in range(3_000):
        feed(heads, [TRACED_GET.replace(b"/g", b"/%d" % number).replace(TRACE, b"%d" % n) for n in (1, 2)])

    assert 0 < len(heads._alike._known) <= 256
    assert 0 < len(heads._alike._seen) <= 1024

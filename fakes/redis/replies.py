"""Replies as bytes, in RESP2 and RESP3.

Rule: pure. What is encoded is what the command set of fakeredis returns; its types say what goes on the wire.
"""

from __future__ import annotations

from typing import Any

from fakeredis._helpers import NoResponse, SimpleError, SimpleString

from fakes.redis.wording import error_line

RESP3 = 3
_INFINITY = float("inf")


class NullArray:
    """The nil that RESP2 writes as an array: of an EXEC that was called off, of a blocking pop in vain."""


class Frames(NoResponse):
    """Messages where one reply should be: what (UN)SUBSCRIBE leaves in the answer of an EXEC."""

    def __init__(self, messages: list[list[Any]]) -> None:
        self.messages = messages


class Verbatim(bytes):
    """A text that RESP3 writes as a verbatim string: INFO, CLIENT LIST."""

    __slots__ = ()


def bulk(data: bytes) -> bytes:
    """Return a bulk string."""
    return b"$%d\r\n%s\r\n" % (len(data), data)


def push(items: list[Any], protocol: int) -> bytes:
    """Return a message that nobody asked for: an array to RESP2."""
    return b"%s%d\r\n" % (b">" if protocol == RESP3 else b"*", len(items)) + _all(items, protocol)


def encode(value: Any, protocol: int) -> bytes:  # noqa: ANN401, C901, PLR0911, PLR0912 -- one branch for each type there is
    """Return one reply."""
    kind = type(value)
    if kind is bytes:
        return bulk(value)
    if kind is int:
        return b":%d\r\n" % value
    if value is None:
        return b"_\r\n" if protocol == RESP3 else b"$-1\r\n"
    if kind is SimpleString:
        return b"+%s\r\n" % value.value
    if kind is list or kind is tuple:
        return b"*%d\r\n" % len(value) + _all(value, protocol)
    if kind is Frames:
        return b"".join([push(message, protocol) for message in value.messages])
    if isinstance(value, SimpleError):
        return error_line(value.value)
    if kind is Verbatim:
        return b"=%d\r\ntxt:%s\r\n" % (len(value) + 4, value) if protocol == RESP3 else bulk(value)
    if kind is str:
        return bulk(value.encode())
    if kind is NullArray:
        return b"_\r\n" if protocol == RESP3 else b"*-1\r\n"
    if kind is bool:
        return (b"#t\r\n" if value else b"#f\r\n") if protocol == RESP3 else b":%d\r\n" % value
    if kind is float:
        return b",%s\r\n" % double(value) if protocol == RESP3 else bulk(double(value))
    if isinstance(value, dict):
        return _map(value, protocol)
    if isinstance(value, set | frozenset):
        return b"%s%d\r\n" % (b"~" if protocol == RESP3 else b"*", len(value)) + _all(value, protocol)
    raise TypeError(f"no reply can be made of {kind.__name__}")


def double(value: float) -> bytes:
    """Return a number as Redis prints it: the shortest text that reads back alike."""
    if value != value:  # noqa: PLR0124 -- NaN is the one that is not itself
        return b"nan"
    if value in (_INFINITY, -_INFINITY):
        return b"inf" if value > 0 else b"-inf"
    if value == int(value) and abs(value) < 1e17:  # noqa: PLR2004 -- up to there it is printed as an integer
        return b"-0" if value == 0 and str(value).startswith("-") else b"%d" % int(value)
    return repr(value).encode()


def _map(value: dict[Any, Any], protocol: int) -> bytes:
    items = [item for pair in value.items() for item in pair]
    head = b"%%%d\r\n" % len(value) if protocol == RESP3 else b"*%d\r\n" % len(items)
    return head + _all(items, protocol)


def _all(items: Any, protocol: int) -> bytes:  # noqa: ANN401 -- any iterable
    return b"".join([encode(item, protocol) for item in items])

"""Heads that came before: one that comes again, byte for byte, means what it meant, and is not read again.

Rules: httptools alone judges heads; only one that it took for whole, where a request begins, is kept. What
could end or change the connection, and what is not framed by its length, is read each time. How many are
kept is bounded: clients that write each head anew cost no memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fakes.http.request import Headers, Request

if TYPE_CHECKING:
    from fakes.http.request import Said

END = b"\r\n\r\n"
_KEPT = 256
_KEPT_BYTES = 4096
_SEEN = 1024
_READ_EACH_TIME = frozenset({"transfer-encoding", "upgrade", "expect"})


class Head(msgspec.Struct, frozen=True, gc=False):
    """A head and how many bytes of body belong to it."""

    method: str
    path: str
    query: str
    headers: Headers
    length: int


class Heads:
    """One for all connections of a server, whose limits and application are the same for all."""

    def __init__(self) -> None:
        self._known: dict[bytes, Head] = {}
        self._seen: set[int] = set()

    def take(self, data: bytes, said: list[Said]) -> bytes:
        """Add the requests that `data` begins with while their heads are known; return the rest of it."""
        at = 0
        while data:
            end = data.find(END, at) + len(END)
            head = self._known.get(data[at:end])
            if head is None:
                break
            after = end + head.length
            if after > len(data):
                break
            said.append(Request(head.method, head.path, head.query, head.headers, data[end:after]))
            if after == len(data):
                return b""
            at = after
        return data[at:] if at else data

    def learn(self, data: bytes, request: Request) -> None:
        """Note the head of a request that was all of `data`; it is kept when it has come twice."""
        end = len(data) - len(request.body)
        written = data[:end]
        mark = hash(written)
        if mark in self._seen:
            self._keep(written, request)
        else:
            # Most heads of some clients never come again: of one that came once, a number is enough.
            if len(self._seen) >= _SEEN:
                self._seen.clear()
            self._seen.add(mark)

    def _keep(self, written: bytes, request: Request) -> None:
        if (
            not request.keep_alive
            or len(written) > _KEPT_BYTES
            or written.find(END) + len(END) != len(written)
            or not _READ_EACH_TIME.isdisjoint(request.headers)
        ):
            return
        if len(self._known) >= _KEPT:
            self._known.clear()
        headers = Headers(request.headers)
        self._known[written] = Head(request.method, request.path, request.query, headers, len(request.body))

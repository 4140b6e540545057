"""Heads that came before: one that comes again, byte for byte, means what it meant, and is not read again.

Rules: httptools alone judges heads; only one that it took for whole, where a request begins, is kept. What
could end or change the connection, and what is not framed by its length, is read each time. How many are
kept is bounded: clients that write each head anew cost no memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fakes.http.alike import END, AlikeHeads
from fakes.http.limits import DEFAULT, Limits
from fakes.http.request import Headers, Kin, Request

if TYPE_CHECKING:
    from fakes.http.request import Said

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

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._known: dict[bytes, Head] = {}
        self._seen: set[int] = set()
        self._alike = AlikeHeads(limits)

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
        return self._take_alike(data[at:] if at else data, said)

    def _take_alike(self, data: bytes, said: list[Said]) -> bytes:
        request = self._alike.take(data)
        if request is None:
            return data
        said.append(request)
        self._note(data[: len(data) - len(request.body)], request)
        return b""

    def learn(self, data: bytes, request: Request) -> None:
        """Note the head of a request that was all of `data`; it is kept when it has come twice."""
        written = data[: len(data) - len(request.body)]
        if _may_be_kept(written, request):
            self._note(written, request)
            self._alike.learn(written, request)

    def _note(self, written: bytes, request: Request) -> None:
        mark = hash(written)
        if mark in self._seen:
            self._keep(written, request)
            return
        # Most heads of some clients never come again: of one that came once, a number is enough.
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        self._seen.add(mark)

    def _keep(self, written: bytes, request: Request) -> None:
        if len(self._known) >= _KEPT:
            self._known.clear()
        headers = Headers(request.headers)
        headers.kin = Kin()
        self._known[written] = Head(request.method, request.path, request.query, headers, len(request.body))


def _may_be_kept(written: bytes, request: Request) -> bool:
    return (
        request.keep_alive
        and len(written) <= _KEPT_BYTES
        and written.find(END) + len(END) == len(written)
        and _READ_EACH_TIME.isdisjoint(request.headers)
    )

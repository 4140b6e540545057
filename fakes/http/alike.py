"""Heads that are alike: they differ in nothing but the values of `traceparent` and `content-length`.

Rules: httptools alone judges heads, and it judges each of these, too. What it is spared is to tell, header by
header, what it told of one that is alike. A value that may differ has only letters, digits and hyphens, so
none of them hides a line. How many are kept is bounded.

Why: each request of an engine has a trace of its own. To hear of its headers one by one costs more than all
else that is done for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import httptools
import msgspec

from fakes.http.request import Headers, Kin, Request

if TYPE_CHECKING:
    from fakes.http.limits import Limits

END = b"\r\n\r\n"
_LENGTH = "content-length"
VARYING = frozenset({"traceparent", _LENGTH})
"""Nothing that an application makes of a head for all that are alike may depend on these."""

_LINE = re.compile(rb"\r\n([Tt]raceparent|[Cc]ontent-[Ll]ength): ([A-Za-z0-9-]+)(?=\r\n)")
_KEPT = 256
_SEEN = 1024

Shape = tuple[bytes, ...]
"""A head without the values that vary, parted where they were, by the names of their headers."""


class Alike(msgspec.Struct, frozen=True, gc=False):
    """What heads of one shape have in common; `varying` are the names of what they have not, as they come."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    varying: tuple[str, ...]
    kin: Kin


class AlikeHeads:
    """Those of all connections of a server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._judge = _Judge()
        self._known: dict[Shape, Alike] = {}
        self._seen: set[int] = set()

    def take(self, data: bytes) -> Request | None:
        """Return the request that is all of `data`, if its head is like one that is known."""
        end = data.find(END) + len(END)
        size = len(data) - end
        if end > self._limits.head or size > self._limits.body:
            return None
        shape, values = _apart(data[:end])
        alike = self._known.get(shape)
        if alike is None:
            return None
        headers = Headers(alike.headers)
        headers.kin = alike.kin
        for name, value in zip(alike.varying, values, strict=True):
            headers[name] = value.decode("ascii")
        # To see first whether it is likely to be whole spares the judge what it would have to forget.
        body = self._judge.body_of(data, size) if headers.get(_LENGTH, "0") == str(size) else None
        if body is None:
            return None
        return Request(alike.method, alike.path, alike.query, headers, body)

    def learn(self, head: bytes, request: Request) -> None:
        """Note a head that httptools has told of; what it is like is kept when such have come twice."""
        shape, values = _apart(head)
        names = tuple(name.decode("ascii").lower() for name in shape[1::2])
        told = [request.headers.get(name, "").encode() for name in names]
        if not names or told != values:
            return
        mark = hash(shape)
        if mark in self._seen:
            self._keep(shape, names, request)
            return
        if len(self._seen) >= _SEEN:
            self._seen.clear()
        self._seen.add(mark)

    def _keep(self, shape: Shape, names: tuple[str, ...], request: Request) -> None:
        if len(self._known) >= _KEPT:
            self._known.clear()
        headers = dict(request.headers)
        self._known[shape] = Alike(request.method, request.path, request.query, headers, names, Kin())


def _apart(head: bytes) -> tuple[Shape, list[bytes]]:
    """Return the shape of a head, and the values that are not in it."""
    parts = _LINE.split(head)
    values = parts[2::3]
    del parts[2::3]
    return tuple(parts), values


class _Judge:
    """httptools, asked whether bytes are one whole request; it tells the body and nothing else."""

    def __init__(self) -> None:
        self._body = b""
        self._whole = False
        self._parser = httptools.HttpRequestParser(self)

    def body_of(self, data: bytes, size: int) -> bytes | None:
        """Return the body, of this size, of the one request that is all of `data`; None if that is not so."""
        self._body, self._whole = b"", False
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._whole = False
        if self._whole and len(self._body) == size:
            return self._body
        self._parser = httptools.HttpRequestParser(self)  # it may be amid something
        return None

    def on_body(self, part: bytes) -> None:
        """Take the body."""
        self._body = part

    def on_message_complete(self) -> None:
        """Hear that it is whole."""
        self._whole = True

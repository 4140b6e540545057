"""HTTP/1.1 requests out of bytes: `feed` takes what arrived and returns what the client said.

Rule: no I/O. A parser that has refused something says nothing more: the connection is over.
"""

from __future__ import annotations

import httptools

from fakes.http.limits import DEFAULT, Limits
from fakes.http.request import ContinueWanted, Refusal, Request, Said

_VERSIONS = ("1.0", "1.1")


class RequestParser:
    """One per connection; `feed` may be given any slicing of the bytes, with the same result."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._limits = limits
        self._said: list[Said] = []
        self._over = False
        self._start()
        self._parser = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> list[Said]:
        """Return what became whole with `data`, in order."""
        self._said = []
        if not self._over:
            self._head_bytes += len(data)
            self._parse(data)
            self._refuse_endless_head()
        return self._said

    def _parse(self, data: bytes) -> None:
        rest = data
        while rest:
            try:
                self._parser.feed_data(rest)
            except httptools.HttpParserUpgrade as stopped:
                rest = rest[stopped.args[0] :]  # no upgrade is offered here: go on in HTTP/1.1
                self._parser = httptools.HttpRequestParser(self)
            except httptools.HttpParserError as error:
                self._refuse(400, str(error) or "not HTTP/1.1")
                return
            else:
                return

    def _start(self) -> None:
        self._target = b""
        self._headers: dict[str, str] = {}
        self._header_count = 0
        self._head_bytes = 0
        self._head_done = False
        self._body: list[bytes] = []
        self._body_bytes = 0

    def _refuse_endless_head(self) -> None:
        if self._head_done or self._over:
            return
        if len(self._target) > self._limits.target:
            self._refuse(414, "the request target is too long")
        elif self._head_bytes > self._limits.head:
            self._refuse(431, "the headers are too long")

    def _refuse(self, status: int, reason: str) -> None:
        if self._over:
            return
        self._over = True
        self._said.append(Refusal(status, reason, self._request(keep_alive=False)))

    def _request(self, *, keep_alive: bool) -> Request:
        path, _, query = self._target.decode("latin-1").partition("?")
        if not path.startswith("/"):
            path = _path_of_absolute(self._target)
        method = self._parser.get_method().decode("ascii") if self._target else ""
        return Request(method, path, query, self._headers, b"".join(self._body), keep_alive)

    # What httptools calls.

    def on_message_begin(self) -> None:
        """Forget the request before."""
        self._start()

    def on_url(self, part: bytes) -> None:
        """Take the next part of the request target."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one whole header; those after the body (trailers) are dropped."""
        if self._head_done:
            return
        self._header_count += 1
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        """Refuse what can be refused before a body comes."""
        self._head_done = True
        refusal = self._wrong_head()
        if refusal is not None:
            self._refuse(*refusal)
        elif self._headers.get("expect", "").lower() == "100-continue":
            self._said.append(ContinueWanted())

    def _wrong_head(self) -> tuple[int, str] | None:
        limits, headers = self._limits, self._headers
        version = self._parser.get_http_version()
        length = headers.get("content-length", "0")
        if version not in _VERSIONS:
            return 505, f"HTTP/{version} is not spoken here"
        if len(self._target) > limits.target:
            return 414, "the request target is too long"
        if self._header_count > limits.headers or self._head_size() > limits.head:
            return 431, "too many headers, or too long ones"
        if version == "1.1" and "host" not in headers:
            return 400, "HTTP/1.1 needs a Host header"
        if length.isdecimal() and int(length) > limits.body:
            return 413, f"a body may have {limits.body} bytes"
        return None

    def _head_size(self) -> int:
        return sum(len(name) + len(text) + 4 for name, text in self._headers.items())

    def on_body(self, part: bytes) -> None:
        """Take the next part of the body; a chunked one is measured as it comes."""
        self._body_bytes += len(part)
        if self._body_bytes > self._limits.body:
            self._refuse(413, f"a body may have {self._limits.body} bytes")
        elif not self._over:
            self._body.append(part)

    def on_message_complete(self) -> None:
        """Hand the request out."""
        if self._over:
            return
        keep_alive = self._parser.should_keep_alive()
        self._said.append(self._request(keep_alive=keep_alive))
        self._over = not keep_alive


def _path_of_absolute(target: bytes) -> str:
    """Return the path of `http://host/path`; anything else stays what it is."""
    try:
        return (httptools.parse_url(target).path or b"/").decode("latin-1")
    except httptools.HttpParserInvalidURLError:
        return target.decode("latin-1")

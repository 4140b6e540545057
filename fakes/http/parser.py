"""HTTP/1.1 requests out of bytes: `feed` takes what arrived and returns what the client said.

Rules: no I/O. A parser that has refused something says nothing more: the connection is over. What is text
is UTF-8, and no other bytes are.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_to_bytes

import httptools

from fakes.http.heads import Heads
from fakes.http.limits import DEFAULT, Limits
from fakes.http.request import ContinueWanted, Refusal, Request, Said
from fakes.http.upgrade import AfterHead, framing_head

_LASTING = "1.1"
"""In which version a connection lasts; one of HTTP/1.0 ends with its answer, whatever it asks for."""

_VERSIONS = ("1.0", _LASTING)
_NAMES_KNOWN = 512


class _Names(dict[bytes, str]):
    """Names of headers in lower case, by how they were written: few, and they come again and again."""

    def __missing__(self, written: bytes) -> str:
        name = written.decode().lower()
        if len(self) < _NAMES_KNOWN:
            self[written] = name
        return name


_NAMES: Final = _Names()


class RequestParser:
    """One per connection; `feed` may be given any slicing of the bytes, with the same result."""

    def __init__(self, limits: Limits = DEFAULT, heads: Heads | None = None) -> None:
        self._limits = limits
        self._heads = Heads(limits) if heads is None else heads
        self._said: list[Said] = []
        self._over = False
        self._arriving = 0
        self.on_message_begin()
        self.amid = False
        self._parser = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> list[Said]:
        """Return what became whole with `data`, in order; `amid` says whether something has only begun."""
        said: list[Said] = []
        if self._over:
            return said
        if self.amid:
            self._read(data, said)
        elif rest := self._heads.take(data, said):
            self._read_and_learn(rest, said)
        return said

    def _read_and_learn(self, data: bytes, said: list[Said]) -> None:
        before = len(said)
        self._read(data, said)
        if len(said) == before + 1 and not self.amid and isinstance(said[-1], Request):
            self._heads.learn(data, said[-1])

    def _read(self, data: bytes, said: list[Said]) -> None:
        self._said = said
        self._arriving = len(data)
        self._later += len(data)
        self._parse(data)
        if not self._head_done:
            self._refuse_endless_head()

    def give_up(self) -> list[Said]:
        """Refuse the request that does not become whole."""
        self._said = []
        self._refuse(408, "the request did not become whole in time")
        return self._said

    def end(self) -> None:
        """Hear no more. The parser below holds on to this one: let go, so that both are gone at once."""
        self._over = True
        del self._parser

    def _parse(self, data: bytes) -> None:
        rest = data
        try:
            while rest:
                rest = self._feed_up_to_an_offer(rest)
        except httptools.HttpParserError as error:
            self._refuse(400, str(error) or "not HTTP/1.1")

    def _feed_up_to_an_offer(self, data: bytes) -> bytes:
        """Return what is behind a head that offers an upgrade: httptools stops there, and here it goes on."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            if self._over:
                return b""
            self._go_on()
            return data[stopped.args[0] :]
        return b""

    def _go_on(self) -> None:
        if not self.amid:
            self._parser = httptools.HttpRequestParser(self)
            return
        head = framing_head(self._parser.get_method(), self._version, self._headers)
        self._parser = httptools.HttpRequestParser(AfterHead(self))
        self._parser.feed_data(head)

    def _refuse_endless_head(self) -> None:
        if len(self._target) > self._limits.target:
            self._refuse(414, "the request target is too long")
        elif self._later > self._limits.head:
            self._refuse(431, "the headers are too long")

    def _refuse(self, status: int, reason: str) -> None:
        if self._over:
            return
        self._over = True
        self.amid = False
        self._said.append(Refusal(status, reason, self._request(keep_alive=False)))

    def _request(self, *, keep_alive: bool) -> Request:
        target = self._target.decode("latin-1")
        path, _, query = target.partition("?")
        if not path.startswith("/"):
            path = _path_of_absolute(self._target)
        method = self._parser.get_method().decode("ascii") if target else ""
        return Request(method, path, query, self._headers, bytes(self._body), keep_alive)

    # What httptools calls.

    def on_message_begin(self) -> None:
        """Forget the request before."""
        self._target = b""
        self._headers: dict[str, str] = {}
        self._twins = 0  # headers that are not among those: joined to one that was there, or illegible
        self._legible = True
        self._first = self._arriving  # of the bytes that came with its first one, some may be another's,
        self._later = 0  # but all that came later are its own
        self._head_done = False
        self._body: bytes | bytearray = b""
        self.amid = True

    def on_url(self, part: bytes) -> None:
        """Take the next part of the request target."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one whole header; those after the body (trailers) are dropped."""
        if self._head_done:
            return
        try:
            known, text = _NAMES[name], value.decode()
        except UnicodeDecodeError:
            self._legible = False
            self._twins += 1
            return
        if known in self._headers:
            text = f"{self._headers[known]}, {text}"
            self._twins += 1
        self._headers[known] = text

    def on_headers_complete(self) -> None:
        """Refuse what can be refused before a body comes."""
        self._head_done = True
        refusal = self._wrong_head() or self._wrong_text()
        if refusal is not None:
            self._refuse(*refusal)
        elif "expect" in self._headers and self._headers["expect"].lower() == "100-continue":
            self._said.append(ContinueWanted())

    def _wrong_head(self) -> tuple[int, str] | None:
        limits = self._limits
        self._version = version = self._parser.get_http_version()
        if version not in _VERSIONS:
            return 505, f"HTTP/{version} is not spoken here"
        if len(self._target) > limits.target:
            return 414, "the request target is too long"
        if len(self._headers) + self._twins > limits.headers:
            return 431, "too many headers"
        if self._first + self._later > limits.head and self._head_size() > limits.head:
            return 431, "the headers are too long"
        if version == "1.1" and "host" not in self._headers:
            return 400, "HTTP/1.1 needs a Host header"
        return None

    def _wrong_text(self) -> tuple[int, str] | None:
        target = self._target
        if not (self._legible and target.isascii() and (b"%" not in target or _is_legible(target))):
            return 400, "target or headers are not UTF-8"
        length = self._headers.get("content-length")
        if length is not None and length.isdecimal() and int(length) > self._limits.body:
            return 413, f"a body may have {self._limits.body} bytes"
        return None

    def _head_size(self) -> int:
        return sum(len(name) + len(text) + 4 for name, text in self._headers.items())

    def on_body(self, part: bytes) -> None:
        """Take the next part of the body; a chunked one is measured as it comes."""
        if self._over:
            return
        if len(self._body) + len(part) > self._limits.body:
            self._refuse(413, f"a body may have {self._limits.body} bytes")
        elif self._body:
            self._body = self._body if isinstance(self._body, bytearray) else bytearray(self._body)
            self._body += part
        else:
            self._body = part

    def on_message_complete(self) -> None:
        """Hand the request out; one that offers an upgrade is whole only when its body is."""
        if self._over or ("upgrade" in self._headers and self._stopped_at_head()):
            return
        keep_alive = self._version == _LASTING and self._parser.should_keep_alive()
        self._said.append(self._request(keep_alive=keep_alive))
        self._over = not keep_alive
        self.amid = False
        self._body = b""

    def _stopped_at_head(self) -> bool:
        return self._parser.should_upgrade() and self._parser.get_method() != b"CONNECT"  # which has no body


def _is_legible(target: bytes) -> bool:
    """Say whether what is percent-encoded in a target is UTF-8."""
    try:
        unquote_to_bytes(target).decode()
    except UnicodeDecodeError:
        return False
    return True


def _path_of_absolute(target: bytes) -> str:
    """Return the path of `http://host/path`; anything else stays what it is."""
    try:
        return (httptools.parse_url(target).path or b"/").decode("latin-1")
    except httptools.HttpParserInvalidURLError:
        return target.decode("latin-1")

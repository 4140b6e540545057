"""One request as bytes on a connection of its own, and its answer: no client library mends what is sent.

Rule: nothing here judges. A whole answer has one deadline, however slowly it drips.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from dataclasses import dataclass, replace
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from harness.driving.looks import client_of
from harness.fuzzing.wire import Call

if TYPE_CHECKING:
    from harness.fuzzing.wire import Headers

LARGEST_ANSWER = 8 * 1024 * 1024
CHUNK = 4096
TIMED_OUT = "no answer in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What goes over the wire. `target` is path and query below the base path, exactly as sent.

    `may_be_cut`: HTTP itself is bent, or it is so large that a server may hang up on it; then no answer is
    as good as any. `chunked`: its body comes in pieces, and its length is not told.
    """

    method: str
    target: str
    headers: Headers = ()
    body: bytes | None = None
    chunked: bool = False
    may_be_cut: bool = False

    def with_headers(self, *more: tuple[str, str]) -> Request:
        """Return the request with these headers in place of those of the same names."""
        names = {name.lower() for name, _ in more}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return replace(self, headers=(*kept, *more))


class Wire:
    """Sends requests to an engine whose paths begin at `api_url`."""

    def __init__(self, api_url: str, timeout: float) -> None:
        self._url = api_url
        self._timeout = timeout
        parts = urlsplit(api_url)
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._tls else 80)
        self._authority = parts.netloc.rpartition("@")[2]
        self._base = parts.path.rstrip("/")

    def send(self, request: Request) -> Call:
        """Send a request; return it as it was sent, with its answer or with why there was none."""
        headers = self._headers(request)
        sent = Call(
            at=time.time(),
            method=request.method,
            url=f"{self._url}{request.target}",
            headers=headers,
            body=request.body or b"",
        )
        started = time.monotonic()
        try:
            answer, content = self._exchange(request, headers, started + self._timeout)
        except (OSError, HTTPException, ValueError) as error:
            why = TIMED_OUT if isinstance(error, TimeoutError) else type(error).__name__
            return replace(sent, error=why, seconds=time.monotonic() - started)
        return replace(
            sent,
            status=answer.status,
            answer_headers=tuple(answer.getheaders()),
            answer=content,
            seconds=time.monotonic() - started,
        )

    def _headers(self, request: Request) -> Headers:
        own = [
            ("Host", self._authority),
            ("User-Agent", client_of(f"{request.method} {request.target}")["User-Agent"]),
            ("Accept", "*/*"),
            ("Connection", "close"),
        ]
        if request.chunked:
            own.append(("Transfer-Encoding", "chunked"))
        elif request.body is not None:
            own.append(("Content-Length", str(len(request.body))))
        theirs = {name.lower() for name, _ in request.headers}
        return (*(pair for pair in own if pair[0].lower() not in theirs), *request.headers)

    def _exchange(self, request: Request, headers: Headers, deadline: float) -> tuple[HTTPResponse, bytes]:
        with self._connected() as connection:
            head = f"{request.method} {self._base}{request.target} HTTP/1.1\r\n"
            head += "".join(f"{name}: {value}\r\n" for name, value in headers)
            lost = _pushed(connection, head.encode("latin-1") + b"\r\n" + _framed(request))
            # What reads like a socket to HTTPResponse, which asks it for a file and for nothing else.
            source = cast("socket.socket", _Bounded(connection, deadline))
            answer = HTTPResponse(source, method=request.method)
            try:
                answer.begin()
                return answer, _whole(answer)
            except (OSError, HTTPException):
                if lost is not None:
                    raise lost from None
                raise

    def _connected(self) -> socket.socket:
        connection = socket.create_connection((self._host, self._port), self._timeout)
        if not self._tls:
            return connection
        try:
            return ssl.create_default_context().wrap_socket(connection, server_hostname=self._host)
        except BaseException:
            connection.close()
            raise


def _whole(answer: HTTPResponse) -> bytes:
    """Read a body, of a very long one the beginning; one that breaks off is none."""
    content = answer.read(LARGEST_ANSWER)
    if answer.length and len(content) < LARGEST_ANSWER:
        raise IncompleteRead(content, answer.length)
    return content


def _pushed(connection: socket.socket, content: bytes) -> OSError | None:
    """Send it all; a server that hung up before may have answered all the same."""
    try:
        connection.sendall(content)
    except OSError as error:
        return error
    return None


def _framed(request: Request) -> bytes:
    body = request.body or b""
    if not request.chunked:
        return body
    pieces = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


class _Bounded(io.RawIOBase):
    """What comes over a connection until a deadline."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return itself as a file, as HTTPResponse asks a socket for one."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - any writable buffer, which 3.11 has no name for
        """Read what has come, or wait for more until the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)

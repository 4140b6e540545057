"""The other engine behind a socket: whose token it is, it believes."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.scenarios.other_engine import OtherEngine, caller_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "/v1/mmm"


class Served(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, engine: OtherEngine) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.engine = engine
        self.turn = threading.Lock()
        self.asked = 0

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave as one: a client that puts off its ACK would hold the body up
    server: Served

    def _answer(self) -> None:
        url, length = urlsplit(self.path), int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        caller = caller_of(self.headers["Authorization"].partition(" ")[2])
        path = unquote(url.path.removeprefix(BASE))
        with self.server.turn:
            self.server.asked += 1
            query = dict(parse_qsl(url.query))
            status, answer = self.server.engine.answer(caller, self.command, path, query, body)
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = _answer  # noqa: N815 - the names are http.server's
    do_POST = _answer  # noqa: N815
    do_PUT = _answer  # noqa: N815
    do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
        """Say nothing."""


@contextmanager
def serving(engine: OtherEngine) -> Iterator[Served]:
    """Serve it for as long as the test needs it."""
    served = Served(engine)
    thread = threading.Thread(target=served.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.shutdown()
        served.server_close()
        thread.join(5.0)

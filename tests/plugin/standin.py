"""An engine of a few lines, which answers what the request's own member `answer` asks for."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


DECISION_ID = "0b7c1e7a-5d1b-4f0e-9a43-0f4f5a1c2d3e"
ANSWERS = {
    "decision": json.dumps({"decision": {"decision_id": DECISION_ID, "actions": []}}).encode(),
    "text": b"<html>",
    "array": b"[]",
    "empty object": b'{"decision": {}}',
    "no objects": b'{"decision": {"actions": ["x"]}}',
    "drop": None,
}


class StandIn(ThreadingHTTPServer):
    """Answers decide with a decision (or what the request asks for), and everything else with 403."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave as one: a client that puts off its ACK would hold the body up
    server: StandIn

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/v1/mmm/decide":
            self._send(403, b'{"error": {"code": "FORBIDDEN"}}')
            return
        answer = ANSWERS[json.loads(sent).get("answer", "decision")]
        if answer is None:
            self.close_connection = True
        else:
            self._send(200, answer)

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
        """Say nothing."""


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """Run the engine for as long as the test needs it."""
    engine = StandIn()
    thread = threading.Thread(target=engine.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        engine.shutdown()
        engine.server_close()
        thread.join(5.0)

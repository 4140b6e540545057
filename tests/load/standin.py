"""An engine that decides, as slowly or as badly as it is told to."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Standin(ThreadingHTTPServer):
    """`slow` lanes take that many seconds, decides fail after so many, `refuses` is a path that is 403."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *, slow: dict[str, float], fail_after: int, refuses: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slow = slow
        self.fail_after = fail_after
        self.refuses = refuses
        self.sources: list[str] = []
        self.tokens: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def running(
    *, slow: dict[str, float] | None = None, fail_after: int = 0, refuses: str = ""
) -> Iterator[Standin]:
    """Serve until the context ends."""
    server = Standin(slow=slow or {}, fail_after=fail_after, refuses=refuses)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Standin

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        self.server.tokens.add(self.headers["Authorization"])
        if self.server.refuses and self.path.endswith(self.server.refuses):
            self._reply(403, {"error": {"code": "FORBIDDEN"}})
        elif self.path.endswith("/decide"):
            self._decide(body)
        else:
            self._reply(200, {"playbook_id": str(uuid.uuid4()), "status": "published"})

    def _decide(self, body: dict[str, Any]) -> None:
        source = body["context"]["source"]
        self.server.sources.append(source)
        time.sleep(self.server.slow.get(source, 0.0))
        if 0 < self.server.fail_after < len(self.server.sources):
            self._reply(500, {"error": {"code": "INTERNAL_ERROR"}})  # a 503 may be a busy machine's fault
        else:
            self._reply(200, {"decision": {"decision_id": str(uuid.uuid4()), "actions": []}})

    def _reply(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

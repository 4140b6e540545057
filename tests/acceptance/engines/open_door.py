"""An engine that lets everybody in: it answers each call as if it were served, and never asks IAM."""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def decision() -> dict[str, object]:
    """Return a decision for whoever asks."""
    now = datetime.now(UTC).isoformat()
    return {
        "decision_id": str(uuid.uuid4()),
        "tenant_id": "any",
        "actor_id": "any",
        "actions": [],
        "created_at": now,
    }


class OpenDoor(BaseHTTPRequestHandler):
    """Serve everybody."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave as one: a client that puts off its ACK would hold the body up

    def answer(self) -> None:
        """Answer 200 with something plausible, whoever asks."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        listing = self.command == "GET" and self.path.endswith("/playbooks")
        body = json.dumps([] if listing else {"status": "ok", "decision": decision()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - http.server names its hooks so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
        """Say nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), OpenDoor).serve_forever()

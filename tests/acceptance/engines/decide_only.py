"""A second engine, in forty lines: it answers decide with 200, and nothing else."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class DecideOnly(BaseHTTPRequestHandler):
    """Answer POST /v1/mmm/decide with 200."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave as one: a client that puts off its ACK would hold the body up

    def do_POST(self) -> None:
        """Answer decide; nothing else exists."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = self.path.partition("?")[0] == "/v1/mmm/decide"
        body = json.dumps({} if found else {"detail": "Not Found"}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
        """Say nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), DecideOnly).serve_forever()

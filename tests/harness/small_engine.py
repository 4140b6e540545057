"""An engine in a few lines, as another team might write one: `small_engine.py PORT [READY_STATUS]`.

It prints its environment, answers readiness as told, and asks IAM before it decides.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def vouched_for(authorization: str) -> bool:
    body = json.dumps({"token": authorization.removeprefix("Bearer ")}).encode()
    url = os.environ["IAM_SERVICE_URL"] + "/verify"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - http
    try:
        with urllib.request.urlopen(request, timeout=2) as reply:  # noqa: S310 - our own fake
            return bool(reply.status == 200)
    except urllib.error.HTTPError:
        return False


class Engine(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave as one: a client that puts off its ACK would hold the body up

    def do_GET(self) -> None:
        if self.path != "/v1/mmm/ready":
            return self._reply(404, {})
        status = int(sys.argv[2]) if len(sys.argv) > 2 else 200
        return self._reply(status, {"unavailable_dependencies": ["iam"] if status == 503 else []})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/v1/mmm/decide":
            return self._reply(404, {})
        try:
            allowed = vouched_for(self.headers.get("Authorization") or "")
        except OSError:
            return self._reply(503, {"error": {"code": "IAM_UNAVAILABLE"}})
        return self._reply(200 if allowed else 401, {})

    def _reply(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


sys.stdout.write(json.dumps(dict(os.environ)) + "\n")
sys.stdout.flush()
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Engine).serve_forever()

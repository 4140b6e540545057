"""A small engine of things, and its contract: it conforms, or breaks exactly one thing."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx

from contracts.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.record import Persona

Json = dict[str, Any]
Value = Any  # as json.loads returns it

HEADERS = {"X-Content-Type-Options": "nosniff"}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "object"}}}
THING = {
    "type": "object",
    "required": ["thing_id", "tenant_id", "name"],
    "properties": {
        "thing_id": {"type": "string", "format": "uuid"},
        "tenant_id": {"type": "string"},
        "name": {"type": "string", "minLength": 1, "maxLength": 50},
        "count": {"type": ["integer", "null"]},
    },
}
DRAFT = {
    "type": "object",
    "required": ["tenant_id", "name"],
    "additionalProperties": True,
    "properties": {
        "tenant_id": {"type": "string", "minLength": 1},
        "name": {"type": "string", "minLength": 1, "maxLength": 50},
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
    },
}
TOKENS = {"token-of-contracts-admin": "contracts_admin", "token-of-contracts-stranger": "contracts_stranger"}


def mint(people: tuple[Persona, ...]) -> dict[str, Persona]:
    """Return the tokens that the stand-in vouches for."""
    return dict(zip(TOKENS, people, strict=True))


def _answers(*statuses: int, schema: Json | None, links: Json | None = None) -> Json:
    header = {"schema": {"type": "string"}, "required": True}
    answers: Json = {
        str(status): {
            "description": "refused",
            "headers": {"X-Content-Type-Options": header},
            "content": {"application/json": {"schema": ERROR}},
        }
        for status in statuses
    }
    answers["200"] = {
        "description": "done",
        "headers": {"X-Content-Type-Options": header},
        "content": {"application/json": {"schema": schema or {"type": "object"}}},
        "links": links or {},
    }
    return answers


def document() -> Document:
    """Return the contract."""
    link = {"get": {"operationId": "getThing", "parameters": {"thing_id": "$response.body#/thing_id"}}}
    body = {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Draft"}}},
    }
    path_id = {
        "name": "thing_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
    return Document(
        "things",
        {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1"},
            "security": [{"bearer": []}],
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
                "schemas": {"Draft": DRAFT, "Thing": THING},
            },
            "paths": {
                "/things": {
                    "post": {
                        "operationId": "makeThing",
                        "x-requirements": ["FR-3", "FR-13"],
                        "requestBody": body,
                        "responses": _answers(401, 403, 422, schema=THING, links=link),
                    },
                    "get": {
                        "operationId": "listThings",
                        "x-requirements": ["FR-3", "ST-MMM-02"],
                        "parameters": [limit],
                        "responses": _answers(
                            401,
                            422,
                            schema={"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                        ),
                    },
                },
                "/things/{thing_id}": {
                    "get": {
                        "operationId": "getThing",
                        "x-requirements": ["FR-3"],
                        "parameters": [path_id],
                        "responses": _answers(401, 404, 422, 503, schema=THING),
                    }
                },
                "/health": {
                    "get": {
                        "operationId": "health",
                        "security": [],
                        "x-requirements": ["FR-15"],
                        "responses": _answers(503, schema=None),
                    }
                },
            },
        },
    )


class Standin(ThreadingHTTPServer):
    """The engine. `flaw` is what it does wrong, `requests` what it was asked, in order.

    `iam`: who vouches for callers; without one it knows its two tokens.
    """

    daemon_threads = True

    def __init__(self, flaw: str, iam: str | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.flaw = flaw
        self.iam = iam
        self.things: dict[str, Json] = {}
        self.requests: list[tuple[str, str, bytes]] = []
        self.user_agents: set[str] = set()
        self.tenant: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def running(flaw: str = "", iam: str | None = None) -> Iterator[Standin]:
    """Serve until the context ends."""
    server = Standin(flaw, iam)
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
    server: Standin

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - names that http.server looks up

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append((self.command, self.path, body))
        self.server.user_agents.update(f"{name}: {value}" for name, value in self.headers.items())
        status, answer = self._answer(self.path.partition("?")[0], body)
        if status == 0:
            self.close_connection = True
            return
        self._reply(status, answer)

    def _reply(self, status: int, answer: Value) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        if not (self.server.flaw == "bare" and status == 200):
            self.send_header("X-Content-Type-Options", "nosniff")
        if status == 405 and self.server.flaw != "no-allow":
            self.send_header("Allow", "GET, POST")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer(self, path: str, body: bytes) -> tuple[int, Value]:
        if path == "/v1/health":
            return (200, {"status": "healthy"}) if self.command == "GET" else (405, {"error": {}})
        caller = self._caller(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if (caller is None and self.server.flaw != "open") or self.server.flaw == "shut":
            return 401, {"error": {}}
        return (503, {"error": {}}) if self._unavailable() else self._route(caller, path, body)

    def _caller(self, token: str) -> str | None:
        if self.server.iam is None:
            return TOKENS.get(token)
        asked = httpx.post(f"{self.server.iam}/iam/v1/verify", json={"token": token}, trust_env=False)
        return str(asked.json()["sub"]).replace("-", "_") if asked.is_success else None

    def _unavailable(self) -> bool:
        asked = len(self.server.requests)
        return {"flickers": asked % 2 == 1, "goes down": asked > 12}.get(self.server.flaw, False)

    def _route(self, caller: str | None, path: str, body: bytes) -> tuple[int, Value]:
        if path == "/v1/things":
            return {"POST": self._make, "GET": self._list}.get(self.command, _no_such_method)(body)
        found = re.fullmatch(r"/v1/things/([^/]*)", path)
        if found is None:
            return 404, {"error": {}}
        return self._one(caller, found[1]) if self.command == "GET" else (405, {"error": {}})

    def _make(self, body: bytes) -> tuple[int, Any]:
        draft = _parsed(body)
        if self.server.flaw == "credulous" and isinstance(draft, dict) and "tenant_id" in draft:
            draft = {**draft, "name": "anything"}
        if self.server.flaw == "yes-man":
            draft = {"tenant_id": "contracts-7", "name": "yes"}
        if not _valid(draft):
            return 422, {"error": {}}
        if not draft["tenant_id"].startswith("contracts-"):
            return 403, {"error": {}}
        thing = {"thing_id": str(uuid.uuid4()), "tenant_id": draft["tenant_id"], "name": draft["name"]}
        if self.server.flaw != "forgetful":
            self.server.things[thing["thing_id"]] = thing
        if self.server.flaw == "misshapen":
            thing["thing_id"] = "thing-1"
        return 200, thing

    def _list(self, _: bytes) -> tuple[int, Any]:
        limit = re.search(r"limit=([^&]*)", self.path)
        if limit and not limit[1].isdigit():
            return 422, {"error": {}}
        mine = [thing for thing in self.server.things.values() if thing["tenant_id"].startswith("contracts-")]
        return 200, mine[:3]

    def _malformed(self) -> tuple[int, Value]:
        """Answer an id that is none; status 0 is no answer at all."""
        if self.server.flaw == "hangs":
            time.sleep(1.0)
        if self.server.flaw == "suicidal":
            self.server.socket.close()
            self.server.flaw = "dies"
        return {"dies": 0, "fragile": 500, "hides": 503}.get(self.server.flaw, 404), {"error": {}}

    def _one(self, caller: str | None, thing_id: str) -> tuple[int, Any]:
        try:
            uuid.UUID(thing_id)
        except ValueError:
            return self._malformed()
        thing = self.server.things.get(thing_id)
        entitled = caller == "contracts_admin" or self.server.flaw == "shared"
        return (200, thing) if thing and entitled else (404, {"error": {}})


def _no_such_method(_: bytes) -> tuple[int, Any]:
    return 405, {"error": {}}


def _parsed(body: bytes) -> Value:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _valid(draft: Value) -> bool:
    if not isinstance(draft, dict) or not isinstance(draft.get("tenant_id"), str) or not draft["tenant_id"]:
        return False
    name, count = draft.get("name"), draft.get("count", 0)
    good_name = isinstance(name, str) and 1 <= len(name) <= 50
    return good_name and isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= 9

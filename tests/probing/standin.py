"""A small engine of playbooks and preferences, by our contract: it conforms, or breaks exactly one thing."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
import uuid
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from contracts.document import Document, load_document
from reports.record import Persona

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
Value = Any  # as json.loads returns it

HAS = (
    "/decide",
    "/playbooks",
    "/playbooks/{playbook_id}",
    "/playbooks/{playbook_id}/publish",
    "/actors/{actor_id}/preferences",
    "/actors/{actor_id}",
    "/health",
)
FLAWS = ("expired", "wrong_signature")
ADMINS = {"mmm_admin", "tenant_admin"}
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")
CREDENTIAL = re.compile(rb"AKIA[A-Z0-9]{16}|password =")


def document() -> Document:
    """Return the part of our contract that it has."""
    raw = load_document("engine").raw
    return Document("engine", {**raw, "paths": {path: raw["paths"][path] for path in HAS}})


class Standin(ThreadingHTTPServer):
    """The engine. `flaw` is what it does wrong, `requests` what it was asked, in order."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, flaw: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.flaw = flaw
        self.people: dict[str, Persona] = {}
        self.playbooks: dict[str, Json] = {}
        self.wishes: dict[tuple[str, str], Json] = {}
        self.writes = 0
        self.stumbled: Counter[str] = Counter()
        self.requests: list[tuple[str, str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def mint(self, people: tuple[Persona, ...]) -> dict[str, Persona]:
        """Vouch for people; those with a flaw have a token that is not good."""
        made = {f"token-of-{person.name}.{uuid.uuid4().hex}.{uuid.uuid4().hex}": person for person in people}
        self.people.update(made)
        return made

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that hung up."""


@contextlib.contextmanager
def running(flaw: str = "") -> Iterator[Standin]:
    """Serve until the context ends."""
    server = Standin(flaw)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _RefusedError(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: Standin

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _flawed(self, flaw: str) -> bool:
        return self.server.flaw == flaw

    def _serve(self) -> None:
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        body = self._chunks() if chunked else self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append((self.command, self.path, body))
        if self.path == "/__fake__/tokens":
            person = Persona(**{"name": "again", **json.loads(body)})
            self._reply(201, {"token": next(iter(self.server.mint((person,))))})
            return
        if self._flawed("hangs") and self.path != "/v1/mmm/health":
            time.sleep(1.0)
        if self._flawed("slow") and self.command == "GET":
            time.sleep(0.12)
        try:
            status, answer = self._answer(body)
        except _RefusedError as refusal:
            status, answer = refusal.status, None
        self._reply(status, answer)

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    # what every answer has

    def _reply(self, status: int, answer: Value) -> None:
        name = self._name()
        content = self._content(status, answer, name)
        self.send_response(status)
        for header, value in self._headers(status, name).items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _content(self, status: int, answer: Value, name: str) -> bytes:
        if status == 204:
            return b""
        if self._flawed("deep") and self.command == "GET":
            return b"[" * 100_000 + b"]" * 100_000
        return json.dumps(self._error(status, name) if status >= 400 else answer).encode()

    def _name(self) -> str:
        given = self.headers.get("X-Request-ID", "")
        if self._flawed("parrot") and given:
            return given
        if SANE.fullmatch(given) and not self._flawed("nameless"):
            return given
        return "always-the-same" if self._flawed("monotonous") else str(uuid.uuid4())

    def _headers(self, status: int, name: str) -> Json:
        headers = {
            "X-Request-ID": name,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Strict-Transport-Security": "max-age=31536000",
            "Content-Type": "application/json",
        }
        if status == 405:
            headers["Allow"] = "GET, POST"
        if self._flawed("bare") and status == 403:
            del headers["X-Frame-Options"]
        return headers

    def _error(self, status: int, name: str) -> Json:
        code = {401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND"}.get(status, "VALIDATION_ERROR")
        message = self.headers.get("Authorization", "") if self._flawed("indiscreet") else "no"
        error = {"code": code, "message": message or "no", "details": {}, "retryable": False}
        if self._flawed("other shape") and status == 403:
            return {"error": code}
        if self._flawed("chatty") and status == 401:
            error["message"] = "Traceback (most recent call last)"
        return {"error": {**error, "request_id": name, "timestamp": _now()}}

    # who asks

    def _caller(self) -> Persona:
        if self._flawed("shut"):
            raise _RefusedError(401)
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        person = self.server.people.get(token) if scheme == "Bearer" else None
        if person is None and self._flawed("open") and not token:
            return next(iter(self.server.people.values()))
        if person is None or (person.flaw and not (self._flawed("credulous") and person.flaw == FLAWS[1])):
            raise _RefusedError(401)
        return person

    def _needs_scope(self, caller: Persona, scope: str) -> None:
        held = (
            any(each.startswith(scope) for each in caller.scope)
            if self._flawed("by prefix")
            else scope in caller.scope
        )
        if not held:
            raise _RefusedError(403)

    def _needs_admin(self, caller: Persona) -> None:
        if self._flawed("by substring"):
            held = any("mmm_admin" in role for role in caller.roles)
        else:
            held = not ADMINS.isdisjoint(caller.roles)
        if not held:
            raise _RefusedError(403)

    # what is asked

    def _answer(self, body: bytes) -> tuple[int, Value]:
        path, _, query = self.path.partition("?")
        if self._flawed("fragile") and ("%00" in self.path or b"\\u0000" in body):
            return 500, None
        down = self._flawed("goes down") and len(self.server.requests) > 40
        if down or (self._flawed("hides") and "%00" in self.path):
            raise _RefusedError(503)
        if self._flawed("stumbles") and "%00" in self.path:
            self.server.stumbled[self.path] += 1
            if self.server.stumbled[self.path] <= 3:
                raise _RefusedError(503)
        if path == "/v1/mmm/health":
            return (200, {"status": "healthy"}) if self.command == "GET" else (405, None)
        caller = self._caller()
        routes: dict[str, dict[str, Callable[..., tuple[int, Value]]]] = {
            "/decide": {"POST": self._decide},
            "/playbooks": {"POST": self._create, "GET": self._list},
            "/playbooks/([^/]+)": {"PUT": self._update, "DELETE": self._delete},
            "/playbooks/([^/]+)/publish": {"POST": self._publish},
            "/actors/([^/]+)/preferences": {"GET": self._wishes, "PUT": self._wish},
            "/actors/([^/]+)": {"DELETE": self._erase},
        }
        for pattern, methods in routes.items():
            found = re.fullmatch(f"/v1/mmm{pattern}", path)
            if found is not None and self.command not in methods:
                return 405, None
            if found is not None:
                return methods[self.command](caller, body, query, *map(unquote, found.groups()))
        return 404, None

    def _parsed(self, body: bytes) -> Json:
        if CREDENTIAL.search(body) and not self._flawed("careless"):
            raise _RefusedError(422)
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            raise _RefusedError(422) from None
        if not isinstance(value, dict):
            raise _RefusedError(422)
        return value

    def _decide(self, caller: Persona, body: bytes, _query: str) -> tuple[int, Value]:
        self._needs_scope(caller, "mmm.decide")
        asked = self._parsed(body)
        if not isinstance(asked.get("tenant_id"), str):
            return 422, None
        if asked["tenant_id"] != caller.tenant_id:
            return 403, None
        alive = {"published", "deprecated"} if self._flawed("undead") else {"published"}
        fire = [each for each in self._mine(caller) if each["status"] in alive]
        actions = [{"action_id": str(uuid.uuid4()), "playbook_id": each["playbook_id"]} for each in fire]
        return 200, {"decision": {"decision_id": str(uuid.uuid4()), "actions": actions, "created_at": _now()}}

    def _create(self, caller: Persona, body: bytes, _query: str) -> tuple[int, Value]:
        self._needs_admin(caller)
        content = self._parsed(body)
        if not isinstance(content.get("name"), str) or not isinstance(content.get("actions"), list):
            return 422, None
        own = {
            "playbook_id": str(uuid.uuid4()),
            "tenant_id": caller.tenant_id,
            "status": "draft",
            "created_at": _now(),
        }
        known = {name: content[name] for name in ("name", "actions")}
        made = {**own, **(content if self._flawed("obedient") else known)}
        if self._flawed("numbers"):
            made["playbook_id"] = len(self.server.playbooks)
        self.server.playbooks[made["playbook_id"]] = made
        return 200, {} if self._flawed("silent") else made

    def _list(self, caller: Persona, _body: bytes, query: str) -> tuple[int, Value]:
        self._needs_scope(caller, "mmm.read")
        asked = parse_qs(query, errors="replace")
        if any(not each.isascii() or not each.isdigit() for each in asked.get("limit", [])):
            return 422, None
        if self._flawed("silent"):
            return 200, []
        if self._flawed("lively"):
            return 200, [{**each, "revision": self.server.writes} for each in self._shuffled(caller)]
        everyone = self._flawed("open list")
        return 200, list(self.server.playbooks.values()) if everyone else self._mine(caller)

    def _shuffled(self, caller: Persona) -> list[Json]:
        """Return them in the order of the last change, which another one is after each."""
        mine = self._mine(caller)
        turn = self.server.writes % len(mine) if mine else 0
        return mine[turn:] + mine[:turn]

    def _mine(self, caller: Persona) -> list[Json]:
        return [each for each in self.server.playbooks.values() if each["tenant_id"] == caller.tenant_id]

    def _one(self, caller: Persona, identity: str) -> Json:
        self._needs_admin(caller)
        found = self.server.playbooks.get(identity)
        if found is None or (found["tenant_id"] != caller.tenant_id and not self._flawed("shared")):
            raise _RefusedError(404)
        return found

    def _update(self, caller: Persona, body: bytes, _query: str, identity: str) -> tuple[int, Value]:
        playbook = self._one(caller, identity)
        self.server.writes += 1
        content = self._parsed(body)
        if "name" in content and not isinstance(content["name"], str):
            return 422, None
        self._rename(playbook, content)
        return 200, playbook

    def _rename(self, playbook: Json, content: Json) -> None:
        name = content.get("name", playbook["name"])
        playbook["name"] = playbook["name"] + name if self._flawed("growing") else name
        if self._flawed("promoting"):
            playbook["status"] = content.get("status", playbook["status"])

    def _publish(self, caller: Persona, _body: bytes, _query: str, identity: str) -> tuple[int, Value]:
        playbook = self._one(caller, identity)
        if playbook["status"] == "deprecated" or (
            self._flawed("once only") and playbook["status"] == "published"
        ):
            return 409, None
        playbook["status"] = "published"
        return 200, playbook

    def _delete(self, caller: Persona, _body: bytes, _query: str, identity: str) -> tuple[int, Value]:
        playbook = self._one(caller, identity)
        if self._flawed("gone") and playbook["status"] == "deprecated":
            return 410, None
        playbook["status"] = "deprecated"
        return 204, None

    def _wishes_of(self, caller: Persona, actor: str) -> tuple[str, str]:
        if caller.sub != actor:
            self._needs_admin(caller)
        return ("everybody" if self._flawed("one for all") else caller.tenant_id, actor)

    def _wishes(self, caller: Persona, _body: bytes, _query: str, actor: str) -> tuple[int, Value]:
        default = {"tenant_id": caller.tenant_id, "actor_id": actor, "opt_out_categories": []}
        return 200, self.server.wishes.get(self._wishes_of(caller, actor), default)

    def _wish(self, caller: Persona, body: bytes, _query: str, actor: str) -> tuple[int, Value]:
        key = self._wishes_of(caller, actor)
        content = self._parsed(body)
        opted = content.get("opt_out_categories", [])
        if not isinstance(opted, list) or any(
            each not in ("mirror", "mentor", "multiplier") for each in opted
        ):
            return 422, None
        self.server.wishes[key] = {
            "tenant_id": caller.tenant_id,
            "actor_id": actor,
            "opt_out_categories": opted,
        }
        return 200, self.server.wishes[key]

    def _erase(self, caller: Persona, _body: bytes, _query: str, actor: str) -> tuple[int, Value]:
        self._needs_admin(caller)
        if not self._flawed("faithful"):
            self.server.wishes.pop((caller.tenant_id, actor), None)
        return 204, None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

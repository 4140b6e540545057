"""The outermost layer: a request id, a trace, the security headers, and no crash that shows."""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING

from opentelemetry.context import attach, detach
from starlette.datastructures import Headers, MutableHeaders

from engine.edge.errors import crash, error_response
from engine.observe.logs import log_crash
from engine.observe.trace import REQUEST_ID

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from engine.observe.trace import Tracing

STARTED = "engine.started"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000",
}


class Envelope:
    """Wraps every exchange."""

    def __init__(self, app: ASGIApp, tracing: Tracing, decisions: Collection[str]) -> None:
        self._app = app
        self._tracing = tracing
        self._decisions = frozenset(decisions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the exchange on, with an identity and a trace of its own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[STARTED] = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = request_id_of(headers.get("x-request-id"))
        REQUEST_ID.set(request_id)
        given = headers.getlist("traceparent")
        begun = self._tracing.begun(
            given[0] if len(given) == 1 else None, decision=scope["path"] in self._decisions
        )
        token = attach(begun)
        try:
            await self._guarded(scope, receive, _Sealed(send, request_id))
        finally:
            detach(token)

    async def _guarded(self, scope: Scope, receive: Receive, send: _Sealed) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 -- the one place where a crash is turned into an answer
            log_crash("a request ended badly", error)
            if not send.started:
                await error_response(crash())(scope, receive, send)


class _Sealed:
    """Adds what every answer carries."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._request_id
            headers.update(_SECURITY_HEADERS)
        await self._send(message)


def request_id_of(given: str | None) -> str:
    """Return the caller's own request id where it is a sane one, else a new one."""
    return given if given and _SANE.fullmatch(given) else str(uuid.uuid4())

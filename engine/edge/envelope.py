"""The outermost layer: a request id, a trace, the security headers, and no crash that shows."""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from engine.edge.errors import crash, error_response
from engine.observe.logs import log_crash
from engine.observe.trace import CURRENT, begin

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

STARTED = "engine.started"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,128}")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000",
}


class Envelope:
    """Wraps every exchange."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the exchange on, with an identity and a trace of its own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[STARTED] = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = request_id_of(headers.get("x-request-id"))
        CURRENT.set(begin(headers.get("traceparent"), request_id))
        await self._guarded(scope, receive, _Sealed(send, request_id))

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

"""W3C trace context: the caller's trace is continued and passed on."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_NO_TRACE = "0" * 32
_NO_SPAN = "0" * 16


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace that the current work belongs to, and its request."""

    trace_id: str
    flags: str
    request_id: str


CURRENT: ContextVar[Trace | None] = ContextVar("engine_trace", default=None)


def begin(traceparent: str | None, request_id: str) -> Trace:
    """Continue the caller's trace, or begin one."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match and match[1] != _NO_TRACE and match[2] != _NO_SPAN:
        return Trace(match[1], match[3], request_id)
    return Trace(secrets.token_hex(16), "01", request_id)


def outbound() -> dict[str, str]:
    """Return the header that carries the current trace to a dependency."""
    trace = CURRENT.get()
    if trace is None:
        return {}
    return {"traceparent": f"00-{trace.trace_id}-{secrets.token_hex(8)}-{trace.flags}"}

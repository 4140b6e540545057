"""How a fake says no: each speaks its own error shape."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer

if TYPE_CHECKING:
    from fakes.shape.call import Call

_RETRYABLE = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_FIRST_SERVER_ERROR = 500
_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "RESOURCE_NOT_FOUND",
    409: "CONFLICT",
    429: "RATE_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    503: "DEPENDENCY_UNAVAILABLE",
}


class RefusedError(Exception):
    """Raised by a handler: the request is answered with this error, in the fake's shape."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, field: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.field = field


ErrorShape = Callable[[RefusedError, "Call"], Answer]
"""Turns a refusal into the answer that this fake's document describes."""


def retryable(status: int) -> bool:
    """Say whether the same request may succeed later."""
    return status in _RETRYABLE or status >= _FIRST_SERVER_ERROR


def retry_after(status: int) -> tuple[tuple[str, str], ...]:
    """Return the Retry-After header where the status asks for one."""
    return (("Retry-After", "1"),) if status in _RETRYABLE else ()


def code_of(status: int) -> str:
    """Return the code for a status; the nearest plain one where it has none of its own."""
    fallback = "INTERNAL_ERROR" if status >= _FIRST_SERVER_ERROR else "BAD_REQUEST"
    return _CODES.get(status, fallback)


def envelope(refused: RefusedError, call: Call) -> Answer:
    """Return `{error{code, message, retryable, request_id}}`."""
    error = {
        "code": refused.code or code_of(refused.status),
        "message": refused.message,
        "retryable": retryable(refused.status),
        "request_id": call.request_id,
    }
    return json_answer(refused.status, {"error": error}, retry_after(refused.status))

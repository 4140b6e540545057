"""How IAM says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer
from fakes.iam.ratelimits import TooManyError
from fakes.shape.errors import RefusedError, retry_after, retryable

if TYPE_CHECKING:
    from fakes.shape.call import Call

_CODES = {401: "AUTH_FAILED", 403: "FORBIDDEN", 409: "CONFLICT", 429: "RATE_LIMITED"}
_FIRST_SERVER_ERROR = 500


def iam_errors(refused: RefusedError, call: Call) -> Answer:
    """Return `{error_code, message, correlation_id, retriable}`."""
    fallback = "SERVER_ERROR" if refused.status >= _FIRST_SERVER_ERROR else "BAD_REQUEST"
    error = {
        "error_code": _CODES.get(refused.status, fallback),
        "message": refused.message,
        "correlation_id": call.request_id,
        "retriable": retryable(refused.status),
    }
    return json_answer(refused.status, error, _later(refused))


def _later(refused: RefusedError) -> tuple[tuple[str, str], ...]:
    if isinstance(refused, TooManyError):
        return (("Retry-After", str(refused.seconds)),)
    return retry_after(refused.status)

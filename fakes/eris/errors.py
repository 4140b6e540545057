"""How ERIS says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer
from fakes.shape.clock import rfc3339
from fakes.shape.errors import RefusedError, code_of, retry_after, retryable

if TYPE_CHECKING:
    from fakes.shape.call import Call

VALIDATION_ERROR = "VALIDATION_ERROR"
SIGNATURE_VERIFICATION_FAILED = "SIGNATURE_VERIFICATION_FAILED"
DUPLICATE_RECEIPT = "DUPLICATE_RECEIPT"
_OWN_CODES = {"BAD_REQUEST": VALIDATION_ERROR, "CONFLICT": DUPLICATE_RECEIPT}


def eris_errors(refused: RefusedError, call: Call) -> Answer:
    """Return `{error{code, message, details, retryable, request_id, timestamp}}`."""
    error = {
        "code": refused.code or _code(refused.status),
        "message": refused.message,
        "details": {"field": refused.field, "expected": None, "actual": None, "reason": refused.message},
        "retryable": retryable(refused.status),
        "request_id": call.request_id,
        "timestamp": rfc3339(call.at),
    }
    return json_answer(refused.status, {"error": error}, retry_after(refused.status))


def _code(status: int) -> str:
    plain = code_of(status)
    return _OWN_CODES.get(plain, plain)

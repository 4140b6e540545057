"""How ERIS says no.

Rule: `actual` may name a type, a number or a hash, never what a receipt holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer
from fakes.shape.clock import rfc3339
from fakes.shape.errors import RefusedError, code_of, retry_after, retryable

if TYPE_CHECKING:
    from fakes.shape.call import Call

VALIDATION_ERROR = "VALIDATION_ERROR"
SCHEMA_NOT_FOUND = "SCHEMA_NOT_FOUND"
SIGNATURE_VERIFICATION_FAILED = "SIGNATURE_VERIFICATION_FAILED"
TENANT_ID_MISSING = "TENANT_ID_MISSING"
CHAIN_INTEGRITY_FAILED = "CHAIN_INTEGRITY_FAILED"
DUPLICATE_RECEIPT = "DUPLICATE_RECEIPT"
RECEIVE = "POST /v1/evidence/receipts"
SCHEMA_VERSION = "1.0.0"
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,2}")
_OWN_CODES = {"BAD_REQUEST": VALIDATION_ERROR, "CONFLICT": DUPLICATE_RECEIPT}
_NOTHING = object()
_KINDS = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


class ErisRefusedError(RefusedError):
    """A refusal that says what was expected, and what came instead."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str,
        field: str | None = None,
        expected: str | None = None,
        actual: str | None = None,
    ) -> None:
        super().__init__(status, message, code=code, field=field)
        self.code: str = code
        self.expected = expected
        self.actual = actual


def eris_errors(refused: RefusedError, call: Call) -> Answer:
    """Return `{error{code, message, details, retryable, request_id, timestamp}}`."""
    told = refused if isinstance(refused, ErisRefusedError) else _told(refused, call)
    error = {
        "code": told.code,
        "message": told.message,
        "details": {
            "field": told.field,
            "expected": told.expected,
            "actual": told.actual,
            "reason": told.message,
        },
        "retryable": retryable(told.status),
        "request_id": call.request_id,
        "timestamp": rfc3339(call.at),
    }
    return json_answer(told.status, {"error": error}, retry_after(told.status))


def unknown_schema(version: object) -> ErisRefusedError:
    """Return the refusal of a receipt whose schema nobody knows."""
    plain = isinstance(version, str) and _VERSION.fullmatch(version)
    return ErisRefusedError(
        400,
        f"there is no receipt schema but {SCHEMA_VERSION}",
        code=SCHEMA_NOT_FOUND,
        field="/body/schema_version",
        expected=SCHEMA_VERSION,
        actual=str(version) if plain else _KINDS.get(type(version)),
    )


def names_unknown_schema(receipt: object) -> bool:
    """Say whether a receipt names a schema version that there is not."""
    return isinstance(receipt, dict) and receipt.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION


def _told(refused: RefusedError, call: Call) -> ErisRefusedError:
    """Return what the front end refused in ERIS' own words: by the contract or by the path."""
    if refused.field is None or refused.code is not None:
        code = refused.code or _code(refused.status)
        return ErisRefusedError(refused.status, refused.message, code=code, field=refused.field)
    if call.operation == RECEIVE and names_unknown_schema(call.body):
        return unknown_schema(call.body["schema_version"])
    return ErisRefusedError(
        refused.status,
        refused.message,
        code=TENANT_ID_MISSING if _lacks_tenant(refused.field, call) else _code(refused.status),
        field=refused.field,
        expected=refused.message.removeprefix(f"{refused.field}: "),
        actual=_kind(call, refused.field),
    )


def _lacks_tenant(field: str, call: Call) -> bool:
    return field == "/body/tenant_id" and isinstance(call.body, dict) and "tenant_id" not in call.body


def _code(status: int) -> str:
    plain = code_of(status)
    return _OWN_CODES.get(plain, plain)


def _kind(call: Call, field: str) -> str | None:
    """Return the JSON type of what stands there in the body; None where it is not in the body."""
    part, *steps = field.removeprefix("/").split("/")
    if part != "body":
        return None
    value = call.body
    for step in (step.replace("~1", "/").replace("~0", "~") for step in steps):
        value = _member(value, step)
    return "nothing" if value is _NOTHING else _KINDS.get(type(value))


def _member(value: object, step: str) -> object:
    if isinstance(value, dict):
        return value.get(step, _NOTHING)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return _NOTHING

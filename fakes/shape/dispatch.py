"""From bytes to a call, and from a handler to an answer, whatever the handler raises."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from fakes.shape.call import Call
from fakes.shape.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.http.answer import Answer
    from fakes.http.request import Request
    from fakes.shape.call import Handler
    from fakes.shape.errors import ErrorShape

_SANE_ID = re.compile(r"[\x21-\x7e]{1,128}")
_NO_PARAMS: Mapping[str, str] = {}
_log = logging.getLogger(__name__)
_decode = msgspec.json.Decoder().decode


def make_call(
    request: Request, operation: str | None, at: float, params: Mapping[str, str] = _NO_PARAMS
) -> Call:
    """Return the request as a call; a body that is not JSON is None."""
    arguments = request.arguments() if request.query else _NO_PARAMS
    return Call(operation, request, params, arguments, _json(request.body), _request_id(request), at)


def run_handler(handler: Handler, call: Call, errors: ErrorShape) -> Answer:
    """Return what the handler answers; what it refuses or breaks on, in the fake's own error shape."""
    try:
        return handler(call)
    except RefusedError as refused:
        return errors(refused, call)
    except Exception:  # noqa: BLE001 -- a bug in one handler is logged and answered, as any server would
        _log.exception("the handler of %s broke", call.operation)
        broken = RefusedError(500, "this fake has a bug: see its log")
        return errors(broken, call)


def _json(body: bytes) -> Any:  # noqa: ANN401 -- any JSON value
    if not body:
        return None
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _request_id(request: Request) -> str:
    """Return the caller's request id if it is a sane one, else a new one."""
    given = request.headers.get("x-request-id", "")
    return given if _SANE_ID.fullmatch(given) else str(uuid4())

"""From bytes to a call, and from a handler to an answer, whatever the handler raises."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, TypeVar

from contracts.validation import UNREADABLE, read_json
from fakes.shape.call import Call
from fakes.shape.errors import RefusedError
from fakes.shape.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.http.answer import Answer
    from fakes.http.request import Request
    from fakes.shape.errors import ErrorShape

Outcome = TypeVar("Outcome")
_SANE_ID = re.compile(r"[\x21-\x7e]{1,128}")
_NO_PARAMS: Mapping[str, str] = {}
_log = logging.getLogger(__name__)


def make_call(
    request: Request, operation: str | None, at: float, params: Mapping[str, str] = _NO_PARAMS
) -> Call:
    """Return the request as a call; its body is read here, and nowhere else."""
    arguments = request.arguments()
    request_id = asked_id(request) or new_id()
    value = read_json(request.body) if request.body else None
    if value is UNREADABLE:
        return Call(operation, request, params, arguments, None, request_id, at, malformed=True)
    return Call(operation, request, params, arguments, value, request_id, at)


def run_handler(handler: Callable[[Call], Outcome], call: Call, errors: ErrorShape) -> Outcome | Answer:
    """Return what the handler answers; what it refuses or breaks on, in the fake's own error shape."""
    try:
        return handler(call)
    except RefusedError as refused:
        return errors(refused, call)
    except Exception:  # noqa: BLE001 -- a bug in one handler is logged and answered, as any server would
        _log.exception("the handler of %s broke", call.operation)
        broken = RefusedError(500, "this fake has a bug: see its log")
        return errors(broken, call)


def asked_id(request: Request) -> str | None:
    """Return the request id that the caller gave, if it is a sane one."""
    given = request.headers.get("x-request-id")
    return given if given is not None and _SANE_ID.fullmatch(given) else None

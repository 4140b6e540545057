"""The health route that every fake has."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer

if TYPE_CHECKING:
    from fakes.shape.call import Call

_HEALTHY = json_answer(HTTPStatus.OK, {"status": "healthy"})
_UNHEALTHY = json_answer(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "unhealthy"})


def healthy(_call: Call) -> Answer:
    """Say that the service is healthy; a script makes it unhealthy."""
    return _HEALTHY


def unhealthy(call: Call, status: int) -> Answer | None:
    """Return what a health route says instead of an error: of a 503, that it is unhealthy."""
    is_health = call.operation is not None and call.operation.endswith("/health")
    return _UNHEALTHY if is_health and status == HTTPStatus.SERVICE_UNAVAILABLE else None

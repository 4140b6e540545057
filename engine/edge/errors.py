"""The error model of engine.md 4: one shape for everything that is refused."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.responses import Response

from engine.observe.trace import REQUEST_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")


@dataclass(slots=True)
class ApiError(Exception):
    """A refusal; `details` never holds a value that the caller sent."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    retryable: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def error_response(error: ApiError) -> Response:
    """Return the answer that tells the error."""
    body = {
        "error": {
            "code": error.code,
            "message": error.message,
            "details": dict(error.details),
            "retryable": error.retryable,
            "request_id": REQUEST_ID.get(),
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
    }
    return json_response(body, error.status, error.headers)


def json_response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(_json(body), status, dict(headers or {}), "application/json")


async def json_list(found: Iterable[T], shown: Callable[[T], object]) -> Response:
    """Return an answer that may be long: written in a thread and one by one, so that others need not wait."""
    content = await asyncio.to_thread(lambda: b",".join([_json(shown(one)) for one in found]))
    return Response(b"[" + content + b"]", media_type="application/json")


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def crash() -> ApiError:
    """Tell that the engine failed, and nothing of how."""
    return ApiError(500, "INTERNAL_ERROR", "The engine failed; its log says where.")


def unauthorized(message: str) -> ApiError:
    """Refuse somebody whom nobody vouches for."""
    return ApiError(401, "UNAUTHORIZED", message, headers={"WWW-Authenticate": "Bearer"})


def forbidden(message: str) -> ApiError:
    """Refuse what the caller may not do."""
    return ApiError(403, "FORBIDDEN", message)


def invalid(name: str, message: str, code: str = "VALIDATION_ERROR") -> ApiError:
    """Refuse what is malformed, and say where."""
    return ApiError(422, code, message, {"field": name, "fields": [{"field": name, "message": message}]})


def not_found(message: str) -> ApiError:
    """Refuse what does not exist for this caller."""
    return ApiError(404, "NOT_FOUND", message)


def conflict(message: str) -> ApiError:
    """Refuse what does not fit the state."""
    return ApiError(409, "CONFLICT", message)


def unavailable(code: str, message: str, retry_after: str = "1") -> ApiError:
    """Refuse what cannot be done now."""
    return ApiError(503, code, message, retryable=True, headers={"Retry-After": retry_after})

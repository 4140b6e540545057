"""Reads JSON bodies: bounded, strict, and told apart in what is wrong with them."""

import asyncio
from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json

from engine.edge.errors import ApiError, invalid
from engine.values.credentials import holds_secret
from engine.values.wire import Wire

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_ERRORS_TOLD = 20
LONG_BYTES = 16 * 1024  # beyond, reading takes milliseconds, which others must not wait for
T = TypeVar("T", bound=Wire)


class JsonBody(Generic[T]):
    """A FastAPI dependency: the body as a model, which holds no secret."""

    def __init__(self, model: type[T]) -> None:
        self._model = model

    async def __call__(self, request: Request) -> T:
        """Return the body, or refuse it."""
        _check_media_type(request)
        raw = await _read(request)
        if len(raw) > LONG_BYTES:
            return await asyncio.to_thread(parsed, self._model, raw)
        return parsed(self._model, raw)


def parsed(model: type[T], raw: bytes) -> T:
    """Return the body as a model; name the field where it is none, and refuse credentials."""
    value = _parsed_json(raw)
    try:
        body = model.model_validate_json(raw)
    except ValidationError as error:
        raise refused(error) from None
    refuse_secrets(value)
    return body


def refuse_secrets(value: Any) -> None:  # noqa: ANN401 -- whatever JSON holds
    """Refuse what looks like a credential, without saying or keeping what it was."""
    if holds_secret(value):
        raise invalid("body", "Something in the body looks like a credential.", "SECRET_DETECTED")


def refused(error: ValidationError) -> ApiError:
    """Name the fields that are wrong, without their values."""
    told = error.errors(include_url=False, include_input=False)[:MAX_ERRORS_TOLD]
    fields = [{"field": _field(one), "message": _message(one)} for one in told]
    first = fields[0]
    return ApiError(
        422,
        "VALIDATION_ERROR",
        f"{first['field']}: {first['message']}",
        {"field": first["field"], "fields": fields},
    )


def _check_media_type(request: Request) -> None:
    given = request.headers.get("content-type", "application/json")
    if given.partition(";")[0].strip().lower() != "application/json":
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.")


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ApiError(413, "PAYLOAD_TOO_LARGE", f"The body may have {MAX_BODY_BYTES} bytes.")
    return bytes(body)


def _parsed_json(raw: bytes) -> Any:  # noqa: ANN401 -- whatever JSON holds
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise invalid("body", "The body is not JSON that can be read.") from None


def _field(error: ErrorDetails) -> str:
    """Name the member; a rule about several members names the one that breaks it."""
    blamed = error.get("ctx", {}).get("field")
    parts = [*error["loc"], *([blamed] if isinstance(blamed, str) else [])]
    return ".".join(map(str, parts)) or "body"


def _message(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")

"""Turns everything that may be raised into the error model."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match

from engine.edge.errors import ApiError, crash, error_response, invalid, not_found, unavailable
from engine.observe.logs import log_event
from engine.storage.database import StorageUnavailableError

_NOT_FOUND = 404
_NOT_ALLOWED = 405


def add_handlers(app: FastAPI) -> None:
    """Teach the application the error model."""
    app.add_exception_handler(ApiError, _told)
    app.add_exception_handler(RequestValidationError, _invalid_parameter)
    app.add_exception_handler(StorageUnavailableError, _storage_gone)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _crashed)


async def _told(_request: Request, error: Any) -> Response:  # noqa: ANN401 -- Starlette's signature is Exception
    log_event("refused", error.code, status=error.status)
    return error_response(error)


async def _invalid_parameter(_request: Request, error: Any) -> Response:  # noqa: ANN401 -- as above
    first = error.errors()[0]
    return error_response(invalid(str(first["loc"][-1]), first["msg"]))


async def _storage_gone(_request: Request, error: Any) -> Response:  # noqa: ANN401 -- as above
    log_event("storage_unavailable", str(error))
    return error_response(unavailable("STORAGE_UNAVAILABLE", "The database cannot be reached now."))


async def _gone(_request: Request, _error: Any) -> Response:  # noqa: ANN401 -- as above
    return Response(status_code=400)  # nobody is there to read it


async def _crashed(_request: Request, _error: Any) -> Response:  # noqa: ANN401 -- as above
    """Answer; the envelope, which sees the error next, logs it."""
    return error_response(crash())


class NotRouted:
    """Tells that there is no such route, or that it knows other methods: all of those, on whichever route."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes = tuple(routes)

    async def __call__(self, request: Request, error: Any) -> Response:  # noqa: ANN401 -- as above
        """Return the answer."""
        if error.status_code == _NOT_ALLOWED:
            headers = {"Allow": ", ".join(self.methods(request))}
            return error_response(ApiError(405, "METHOD_NOT_ALLOWED", "Not by this method.", headers=headers))
        if error.status_code == _NOT_FOUND:
            return error_response(not_found("There is no such route."))
        return error_response(ApiError(error.status_code, "BAD_REQUEST", "The request cannot be read."))

    def methods(self, request: Request) -> list[str]:
        """Return every method that some route of this path knows."""
        matching = (route for route in self._routes if route.matches(request.scope)[0] is not Match.NONE)
        return sorted({method for route in matching for method in getattr(route, "methods", None) or ()})

"""From a request to what a fake knows of it: its operation, whose it is, and how it breaks the contract.

Rule: what the head alone says is read once for all requests that begin with the very same bytes. What is said
of a body that keeps the contract is one answer, yes; the reasons are looked for only where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from contracts.compiled import compile_document
from contracts.validation import UNREADABLE, Violation, body_schema, check_received, read_json
from fakes.http.request import Headers
from fakes.shape.call import Call
from fakes.shape.dispatch import asked_id
from fakes.shape.ids import new_id
from fakes.shape.line import Line
from fakes.shape.routing import NoRoute, Route, Routes

if TYPE_CHECKING:
    from contracts.compiled import Checks
    from contracts.document import Document
    from fakes.http.request import Request
    from fakes.shape.call import Behaviour, Handler
    from fakes.shape.clock import Clock
    from fakes.shape.journal import JournalBook


class Served(NamedTuple):
    """What an operation does, and what its requests must be like."""

    handler: Handler
    checks: Checks


class Received(msgspec.Struct, frozen=True, gc=False):
    """A request that has been journaled and waits for its answer."""

    call: Call
    line: Line
    route: Route[Served] | NoRoute


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a head says. `keeps` is all that is still to be asked of its body; None: much is."""

    route: Route[Served] | NoRoute
    operation: str | None
    params: Mapping[str, str]
    query: Mapping[str, str]
    request_id: str | None
    keeps: Callable[[Any], bool] | None


class Receiver:
    """Receives for one fake."""

    def __init__(self, behaviour: Behaviour, document: Document, journal: JournalBook, clock: Clock) -> None:
        self._identify = behaviour.identify
        self._journal = journal
        self._clock = clock
        self._base = len(document.base_path)
        self._below = f"{document.base_path}/"
        self._routes = _served(behaviour.routes(), document)

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the names of what is served."""
        return self._routes.operations

    def receive(self, request: Request) -> Received:
        """Journal a request, with what puts it outside the contract."""
        reading, body = self._reading(request), request.body
        value = read_json(body) if body else None
        malformed = value is UNREADABLE
        call = Call(
            reading.operation,
            request,
            reading.params,
            reading.query,
            None if malformed else value,
            reading.request_id or new_id(),
            self._clock(),
            malformed,
        )
        line = self._journal.open(reading.operation, self._identify(call), request)
        if not (body and reading.keeps is not None and not malformed and _holds(reading.keeps, value)):
            line.violations = _violations(reading, request, value)
        return Received(call, line, reading.route)

    def _reading(self, request: Request) -> Reading:
        headers = request.headers
        if type(headers) is not Headers:
            return self._read(request)
        known: Reading | None = headers.reading
        if known is None:
            known = headers.reading = self._read(request)
        return known

    def _read(self, request: Request) -> Reading:
        path = request.path[self._base :] if request.path.startswith(self._below) else ""
        route = self._routes.find(request.method, path)
        query, request_id = request.arguments(), asked_id(request)
        if isinstance(route, NoRoute):
            return Reading(route, None, {}, query, request_id, None)
        schema = body_schema(route.handler.checks, route.params, request.query, request.headers)
        keeps = None if schema is None else schema.is_valid
        return Reading(route, route.operation, route.params, query, request_id, keeps)


def _holds(keeps: Callable[[Any], bool], value: object) -> bool:
    try:
        return keeps(value)
    except ValueError:  # a lone surrogate, or nested too deeply
        return False


def _violations(reading: Reading, request: Request, value: object) -> list[Violation]:
    route = reading.route
    if isinstance(route, NoRoute):
        rule, what = ("method.unknown", request.method) if route.allowed else ("path.unknown", request.path)
        return [Violation(rule, "", "", f"{what} is not served here")]
    checks = route.handler.checks
    return check_received(checks, route.params, request.query, request.headers, request.body, value)


def _served(handlers: Mapping[str, Handler], document: Document) -> Routes[Served]:
    """Return the routes with their checks, compiled: ready when really ready, no request pays for it."""
    checks = {one.name: one for one in compile_document(document).values()}
    return Routes({name: Served(handler, checks[name]) for name, handler in handlers.items()})

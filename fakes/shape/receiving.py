"""From a request to what a fake knows of it: its operation, whose it is, and how it breaks the contract.

Rule: what the head alone says is read once for all requests whose heads are alike. What is said of a body
that keeps the contract is one answer, yes; the reasons are looked for only where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from contracts.compiled import compile_document
from contracts.validation import UNREADABLE, Violation, body_schema, check_received, read_json
from fakes.http.alike import VARYING
from fakes.http.request import Headers
from fakes.shape.call import Call
from fakes.shape.dispatch import asked_id
from fakes.shape.identity import Identity
from fakes.shape.ids import new_id
from fakes.shape.routing import NoRoute, Route, Routes

if TYPE_CHECKING:
    from contracts.compiled import Checks
    from contracts.document import Document
    from fakes.http.request import Request
    from fakes.shape.call import Behaviour, Handler
    from fakes.shape.clock import Clock


_REMEMBERED = 4096
"""How large a body may be that is remembered: there are as many as heads."""


class Served(NamedTuple):
    """What an operation does, and what its requests must be like."""

    handler: Handler
    checks: Checks


class Reading(msgspec.Struct, gc=False):
    """What a head says. `keeps` is all that is still to be asked of its body; None: much is.

    `sound` is the last body that was asked and keeps the contract: load tools send the same one again.
    """

    route: Route[Served] | NoRoute
    operation: str | None
    params: Mapping[str, str]
    query: Mapping[str, str]
    request_id: str | None
    keeps: Callable[[Any], bool] | None
    sound: bytes | None = None


class Received(msgspec.Struct, gc=False):
    """A request that waits for its answer: whose it is, and what puts it outside the contract."""

    call: Call
    identity: Identity
    reading: Reading
    violations: list[Violation]


class Receiver:
    """Receives for one fake."""

    def __init__(self, behaviour: Behaviour, document: Document, clock: Clock) -> None:
        self._identify = behaviour.identify
        self._clock = clock
        self._base = len(document.base_path)
        self._below = f"{document.base_path}/"
        self._routes = _served(behaviour.routes(), document)

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the names of what is served."""
        return self._routes.operations

    def receive(self, request: Request) -> Received:
        """Return what is known of a request."""
        headers, body = request.headers, request.body
        reading: Reading | None = headers.kin.reading if type(headers) is Headers else None
        if reading is None:
            reading = self._read(request)
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
        sound = bool(body) and (body == reading.sound or (not malformed and _holds(reading, body, value)))
        violations = [] if sound else _violations(reading, request, value)
        return Received(call, self._identify(call), reading, violations)

    def _read(self, request: Request) -> Reading:
        """Read a head, for all that are like it."""
        reading = self._reading(request)
        if type(request.headers) is Headers:
            request.headers.kin.reading = reading
        return reading

    def _reading(self, request: Request) -> Reading:
        path = request.path[self._base :] if request.path.startswith(self._below) else ""
        route = self._routes.find(request.method, path)
        query, request_id = request.arguments(), asked_id(request)
        if isinstance(route, NoRoute):
            return Reading(route, None, {}, query, request_id, None)
        return Reading(route, route.operation, route.params, query, request_id, _keeps(route, request))


def nowhere() -> Reading:
    """Return what is read of what is no request."""
    return Reading(NoRoute(()), None, {}, {}, None, None)


def _keeps(route: Route[Served], request: Request) -> Callable[[Any], bool] | None:
    checks = route.handler.checks
    if not VARYING.isdisjoint(one.name for one in checks.parameters if one.part == "header"):
        return None
    schema = body_schema(checks, route.params, request.query, request.headers)
    return None if schema is None else schema.is_valid


def _holds(reading: Reading, body: bytes, value: object) -> bool:
    if reading.keeps is None:
        return False
    try:
        holds = reading.keeps(value)
    except ValueError:  # a lone surrogate, or nested too deeply
        return False
    if holds and len(body) <= _REMEMBERED:
        reading.sound = body
    return holds


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

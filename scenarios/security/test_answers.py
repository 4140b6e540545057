"""Headers, errors and refusals give nothing away, and say what a caller needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.scenario import (
    NOTHING,
    WITH_OFFSET,
    EngineClient,
    People,
    Reply,
    a_playbook,
    each_of,
    parametrize,
    requirement,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STACK_TRACES = ("Traceback", 'File "', "at java.", ".py:", "node_modules", "goroutine ", "SELECT ", "asyncpg")

REFUSALS: dict[str, tuple[int, Callable[[EngineClient], Awaitable[Reply]]]] = {
    "401": (401, lambda engine: engine.call("GET", "/playbooks")),
    "403": (403, lambda engine: engine.create_playbook(a_playbook(), by=engine.people.developer)),
    "404": (404, lambda engine: engine.update_playbook(NOTHING, {"name": "Renamed"})),
    "422": (422, lambda engine: engine.create_playbook(a_playbook(name=""))),
}
SUCCESSES: dict[str, tuple[int, Callable[[EngineClient], Awaitable[Reply]]]] = {
    "decide": (200, lambda engine: engine.decide()),
    "list": (200, lambda engine: engine.list_playbooks()),
    "health": (200, lambda engine: engine.public("health")),
}


@requirement("NFR-7")
@parametrize(("status", "call"), (REFUSALS | SUCCESSES).values(), ids=(REFUSALS | SUCCESSES).keys())
async def test_every_answer_carries_the_security_headers(
    status: int, call: Callable[[EngineClient], Awaitable[Reply]], engine: EngineClient
) -> None:
    """Every answer, refusals too, carries the security headers and a request id."""
    reply = await call(engine)

    assert reply.status == status
    assert reply.header("X-Content-Type-Options") == "nosniff"
    assert reply.header("X-Frame-Options") == "DENY"
    assert reply.header("Strict-Transport-Security") == "max-age=31536000"
    assert reply.header("X-Request-ID")


@requirement("NFR-7")
@parametrize(("status", "call"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_every_refusal_has_the_same_shape(
    status: int, call: Callable[[EngineClient], Awaitable[Reply]], engine: EngineClient
) -> None:
    """Every refusal is JSON of one shape, with request id and time, and without a stack trace."""
    reply = await call(engine)

    assert reply.status == status
    assert reply.header("Content-Type").startswith("application/json")
    error = reply.error
    assert error.string("code")
    assert error.string("message")
    assert "details" in error
    assert isinstance(error["retryable"], bool)
    assert error.string("request_id") == reply.header("X-Request-ID")
    assert WITH_OFFSET.fullmatch(error.string("timestamp"))
    for trace in each_of(STACK_TRACES):
        assert trace not in reply.text


@requirement("NFR-7")
async def test_a_sane_request_id_is_echoed(engine: EngineClient, people: People) -> None:
    """The request id that a caller sends comes back; without one, each call has its own."""
    sent = {"X-Request-ID": "request-4711-abc"}

    served = await engine.call("GET", "/playbooks", by=people.developer, headers=sent)
    refused = await engine.call("GET", "/playbooks", headers=sent)
    first = await engine.list_playbooks()
    second = await engine.list_playbooks()

    assert served.status == 200
    assert refused.status == 401
    assert served.header("X-Request-ID") == sent["X-Request-ID"]
    assert refused.header("X-Request-ID") == sent["X-Request-ID"]
    assert first.header("X-Request-ID") != second.header("X-Request-ID")


@requirement("NFR-7")
@parametrize(("method", "path"), [("DELETE", "/decide"), ("PATCH", "/playbooks"), ("DELETE", "/health")])
async def test_an_unknown_method_is_told_what_is_allowed(
    method: str, path: str, engine: EngineClient, people: People
) -> None:
    """An unknown method of a known route is 405, and `Allow` names the known ones."""
    reply = await engine.call(method, path, by=people.admin)

    assert reply.status == 405
    allowed = {word.strip() for word in reply.header("Allow").split(",")}
    assert {"/decide": "POST", "/playbooks": "GET", "/health": "GET"}[path] in allowed
    assert method not in allowed


@requirement("NFR-7")
async def test_a_route_that_nobody_knows_does_not_exist(engine: EngineClient, people: People) -> None:
    """An unknown route is 404 for whoever is known."""
    known = await engine.list_playbooks()
    reply = await engine.call("GET", "/no-such-thing", by=people.admin)

    assert known.status == 200
    assert reply.status == 404

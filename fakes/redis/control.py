"""The control API of the Redis fake, below /__fake__/ like every fake's, on a port of its own.

Rule: what is sent here is checked as strictly as everywhere; a script that could never fire is refused.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from fakes.http.answer import Answer, json_answer
from fakes.redis.faults import make_fault
from fakes.redis.records import RedisMatch, RedisPage, RedisScriptOrder
from fakes.redis.selection import Selection
from fakes.shape.control import control_errors, read_order
from fakes.shape.dispatch import make_call
from fakes.shape.errors import RefusedError
from fakes.shape.routing import NoRoute, Routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.http.link import Conduct, Link
    from fakes.http.request import Refusal, Request
    from fakes.redis.scripts import Script
    from fakes.redis.stage import Stage
    from fakes.shape.call import Call

NAME = "redis"
_FILTERS = frozenset({"key", "client", "user", "db", "operation", "after"})


class RedisApplication:
    """The control API, for an HttpServer."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._routes: Routes[Callable[[Call], Answer | Conduct]] = Routes(
            {
                "GET /__fake__/health": _health,
                "POST /__fake__/scripts": self._arm,
                "GET /__fake__/scripts": self._list,
                "GET /__fake__/scripts/{script_id}": self._look,
                "DELETE /__fake__/scripts/{script_id}": self._heal,
                "GET /__fake__/journal": self._read,
                "POST /__fake__/reset": self._reset,
            }
        )

    def handle(self, request: Request) -> Answer | Conduct:
        """Answer one request."""
        route = self._routes.find(request.method, request.path)
        if not isinstance(route, NoRoute):
            call = make_call(request, route.operation, self._stage.clock(), route.params)
            try:
                outcome: Answer | Conduct = route.handler(call)
            except RefusedError as error:
                return control_errors(error, call)
            return outcome
        call = make_call(request, None, self._stage.clock())
        if route.allowed:
            refused = RefusedError(405, f"{request.method} is not served there")
            return control_errors(refused, call).with_header("Allow", ", ".join(route.allowed))
        return control_errors(RefusedError(404, f"the control API has no {request.path}"), call)

    def refuse(self, refusal: Refusal) -> Answer:
        """Answer what is no HTTP request."""
        call = make_call(refusal.request, None, self._stage.clock())
        return control_errors(RefusedError(refusal.status, refusal.reason), call)

    def _arm(self, call: Call) -> Answer:
        order = read_order(call, RedisScriptOrder)
        try:
            kind, fault = make_fault(order.fault, self._stage.clock())
        except ValueError as error:
            raise RefusedError(400, str(error)) from None
        selection = Selection.of(order.operation, order.match)
        script = self._stage.scripts.arm(selection, kind, fault, order.fault, order.times)
        return json_answer(201, {"script_id": script.id})

    def _list(self, _call: Call) -> Answer:
        states = [script.state() for script in self._stage.scripts.all()]
        return json_answer(200, {"scripts": states})

    def _look(self, call: Call) -> Answer:
        return json_answer(200, _known(self._stage.scripts.get(call.params["script_id"])).state())

    def _heal(self, call: Call) -> Answer:
        return json_answer(200, _known(self._stage.scripts.heal(call.params["script_id"])).state())

    def _read(self, call: Call) -> Answer:
        if not call.query.keys() <= _FILTERS:
            raise RefusedError(400, f"the journal is filtered by {', '.join(sorted(_FILTERS))}")
        after = call.query.get("after", "0")
        if not (after.isascii() and after.isdecimal()):
            raise RefusedError(400, "after is the seq of an entry")
        selection = Selection.of(call.query.get("operation"), _match_of(call))
        entries = self._stage.journal.read(selection, int(after))
        return json_answer(200, RedisPage(entries, self._stage.journal.forgotten))

    def _reset(self, call: Call) -> Conduct:
        return _Reset(self._stage, Selection(None, read_order(call, RedisMatch)))


class _Reset:
    """A reset on its way: the backend has to be asked."""

    def __init__(self, stage: Stage, scope: Selection) -> None:
        self._stage = stage
        self._scope = scope

    async def run(self, link: Link) -> None:
        """Forget, and then say so."""
        await asyncio.shield(asyncio.ensure_future(self._stage.forget(self._scope)))
        link.answer(json_answer(200, {"status": "reset"}))

    def over(self) -> None:
        """Nothing is left to be done."""


def _health(_call: Call) -> Answer:
    return json_answer(200, {"name": NAME, "status": "ready"})


def _match_of(call: Call) -> RedisMatch:
    given = {name: text for name, text in call.query.items() if name not in ("operation", "after")}
    try:
        return msgspec.convert(given, RedisMatch, strict=False)
    except msgspec.ValidationError as error:
        raise RefusedError(400, str(error)) from None


def _known(script: Script | None) -> Script:
    if script is None:
        raise RefusedError(404, "there is no such script, or it was healed or reset")
    return script

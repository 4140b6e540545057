"""The control API of the Redis fake, below /__fake__/ like every fake's, on a port of its own.

Rule: what is sent here is held against contracts/openapi/redis-control.yaml; what that cannot say is refused
with the reason.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from fakes.http.answer import Answer, json_answer
from fakes.redis.backend import BackendError
from fakes.redis.faults import FAULTS, make_fault
from fakes.redis.faults.failover import Lagging
from fakes.redis.records import RedisMatch, RedisScriptOrder, RedisScriptStates
from fakes.redis.scripts import require_possible
from fakes.redis.selection import Selection
from fakes.shape.dispatch import make_call
from fakes.shape.errors import RefusedError
from fakes.shape.front import ControlFront, control_errors, known, read_number, read_order
from fakes.shape.journal import PAGE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from fakes.http.link import Conduct, Link
    from fakes.http.request import Refusal, Request
    from fakes.redis.stage import Stage
    from fakes.shape.call import Call

NAME = "redis"
DOCUMENT = "redis-control"


class RedisApplication:
    """The control API, for an HttpServer."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        table: Mapping[str, Callable[[Call], Answer | Conduct]] = {
            "GET /__fake__/health": self._health,
            "POST /__fake__/scripts": self._arm,
            "GET /__fake__/scripts": self._list,
            "GET /__fake__/scripts/{script_id}": self._look,
            "DELETE /__fake__/scripts/{script_id}": self._heal,
            "GET /__fake__/journal": self._read,
            "POST /__fake__/reset": self._reset,
        }
        names = {"/Fault/properties/kind": [*FAULTS]}
        self._front: ControlFront[Answer | Conduct] = ControlFront(NAME, table, stage.clock, DOCUMENT, names)

    @property
    def served(self) -> tuple[str, ...]:
        """Return the control operations that there are."""
        return self._front.operations

    def handle(self, request: Request) -> Answer | Conduct:
        """Answer one request."""
        return self._front.handle(request)

    def refuse(self, refusal: Refusal) -> Answer:
        """Answer what is no HTTP request."""
        call = make_call(refusal.request, None, self._stage.clock())
        return control_errors(RefusedError(refusal.status, refusal.reason), call)

    def _health(self, call: Call) -> Conduct:
        async def look() -> Answer:
            await self._stage.look()
            return json_answer(200, {"name": NAME, "status": "ready"})

        return _Asking(look, call)

    def _arm(self, call: Call) -> Answer | Conduct:
        order = read_order(call, RedisScriptOrder)
        try:
            kind, fault = make_fault(order.fault, self._stage.clock())
            selection = Selection.of(order.operation, order.match)
            require_possible(selection, fault)
        except ValueError as error:
            raise RefusedError(400, str(error)) from None

        def arm() -> Answer:
            script = self._stage.scripts.arm(selection, kind, fault, order.fault, order.times)
            return json_answer(201, {"script_id": script.id})

        async def arm_what_asks() -> Answer:
            await self._stage.look()
            return arm()

        return _Asking(arm_what_asks, call) if isinstance(fault, Lagging) else arm()

    def _list(self, call: Call) -> Answer:
        found = self._stage.scripts.within(_selection_of(call))
        return json_answer(200, RedisScriptStates(tuple(script.state() for script in found)))

    def _look(self, call: Call) -> Answer:
        return json_answer(200, known(self._stage.scripts.get(call.params["script_id"])).state())

    def _heal(self, call: Call) -> Answer:
        return json_answer(200, known(self._stage.scripts.heal(call.params["script_id"])).state())

    def _read(self, call: Call) -> Answer:
        after, limit = read_number(call, "after", 0), read_number(call, "limit", PAGE)
        return json_answer(200, self._stage.journal.page(_selection_of(call), after, limit))

    def _reset(self, call: Call) -> Conduct:
        scope = Selection(None, read_order(call, RedisMatch))

        async def forget() -> Answer:
            await self._stage.forget(scope)
            return json_answer(200, {"status": "reset"})

        return _Asking(forget, call)


class _Asking:
    """An answer on its way: the backend has to be asked. Where that fails, it is a 503 that says why."""

    def __init__(self, work: Callable[[], Awaitable[Answer]], call: Call) -> None:
        self._work = work
        self._call = call

    async def run(self, link: Link) -> None:
        """Do it, and then say so; a client that goes away does not stop it halfway."""
        link.answer(await asyncio.shield(asyncio.ensure_future(self._answer())))

    async def _answer(self) -> Answer:
        try:
            return await self._work()
        except BackendError as error:
            return control_errors(RefusedError(503, str(error)), self._call)

    def over(self) -> None:
        """Nothing is left to be done."""


def _selection_of(call: Call) -> Selection:
    """Return what a query means, which the contract has let through."""
    given = {name: text for name, text in call.query.items() if name in RedisMatch.__struct_fields__}
    return Selection.of(call.query.get("operation"), msgspec.convert(given, RedisMatch, strict=False))

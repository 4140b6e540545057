"""The control API of the Redis fake, below /__fake__/ like every fake's, on a port of its own.

Rule: what is sent here is held against contracts/openapi/redis-control.yaml; what that cannot say is refused
with the reason.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from fakes.http.answer import Answer, json_answer
from fakes.redis.faults import FAULTS, make_fault
from fakes.redis.records import RedisMatch, RedisScriptOrder, RedisScriptStates
from fakes.redis.selection import Selection
from fakes.shape.dispatch import make_call
from fakes.shape.errors import RefusedError
from fakes.shape.front import ControlFront, control_errors, known, read_number, read_order
from fakes.shape.journal import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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

    def _arm(self, call: Call) -> Answer:
        order = read_order(call, RedisScriptOrder)
        try:
            kind, fault = make_fault(order.fault, self._stage.clock())
        except ValueError as error:
            raise RefusedError(400, str(error)) from None
        selection = Selection.of(order.operation, order.match)
        script = self._stage.scripts.arm(selection, kind, fault, order.fault, order.times)
        return json_answer(201, {"script_id": script.id})

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


def _selection_of(call: Call) -> Selection:
    """Return what a query means, which the contract has let through."""
    given = {name: text for name, text in call.query.items() if name in RedisMatch.__struct_fields__}
    return Selection.of(call.query.get("operation"), msgspec.convert(given, RedisMatch, strict=False))

"""The control API below /__fake__/, the same for every fake, for any language.

Rule: what is sent here is checked as strictly as what the fakes are sent; a script that could never fire is
refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from contracts.document import load_document
from fakes.http.answer import Answer, json_answer
from fakes.records import Journal, Scope, ScriptOrder, ScriptStates, VerifyOrder
from fakes.shape.contract import ControlContract
from fakes.shape.dispatch import make_call, run_handler
from fakes.shape.errors import RefusedError, code_of
from fakes.shape.faults import FAULTS
from fakes.shape.identity import keys_of
from fakes.shape.journal import PAGE, entry_of
from fakes.shape.orders import plan_of, require_fits
from fakes.shape.routing import Route, Routes
from fakes.shape.verification import verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.http.request import Request
    from fakes.records import ScriptState
    from fakes.shape.call import Behaviour, Call, Handler
    from fakes.shape.clock import Clock
    from fakes.shape.identity import Key
    from fakes.shape.journal import JournalBook
    from fakes.shape.scripts import Scripts

PREFIX = "/__fake__/"
T = TypeVar("T")


def control_errors(refused: RefusedError, _call: Call) -> Answer:
    """Return `{"error": {"code", "message"}}`."""
    error = {"code": refused.code or code_of(refused.status), "message": refused.message}
    return json_answer(refused.status, {"error": error})


def read_order(call: Call, wanted: type[T]) -> T:
    """Return the body as the record it should be; refused when it is not."""
    try:
        return msgspec.json.decode(call.request.body or b"{}", type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, str(error)) from None


class Control:
    """The control API of one fake."""

    def __init__(
        self,
        behaviour: Behaviour,
        *,
        operations: frozenset[str],
        scripts: Scripts,
        journal: JournalBook,
        clock: Clock,
        extra: Mapping[str, Handler],
    ) -> None:
        self._behaviour = behaviour
        self._operations = operations
        self._scripts = scripts
        self._journal = journal
        self._clock = clock
        self._routes: Routes[Handler] = Routes({**self._common(), **extra})
        self._contract = ControlContract(
            behaviour.name, self._routes.operations, scriptable=operations, faults=tuple(FAULTS)
        )

    def _common(self) -> dict[str, Handler]:
        return {
            "GET /__fake__/health": self._health,
            "GET /__fake__/openapi.json": self._describe,
            "POST /__fake__/scripts": self._arm,
            "GET /__fake__/scripts": self._list,
            "GET /__fake__/scripts/{script_id}": self._look,
            "DELETE /__fake__/scripts/{script_id}": self._heal,
            "GET /__fake__/journal": self._read,
            "GET /__fake__/violations": self._read_violations,
            "POST /__fake__/verify": self._verify,
            "POST /__fake__/reset": self._reset,
        }

    def handle(self, request: Request) -> Answer:
        """Answer one request below /__fake__/."""
        route = self._routes.find(request.method, request.path)
        if isinstance(route, Route):
            call = make_call(request, route.operation, self._clock(), route.params)
            wrong = self._contract.wrong(request)
            return control_errors(wrong, call) if wrong else run_handler(route.handler, call, control_errors)
        call = make_call(request, None, self._clock())
        if route.allowed:
            refused = RefusedError(405, f"{request.method} is not served there")
            return control_errors(refused, call).with_header("Allow", ", ".join(route.allowed))
        return control_errors(RefusedError(404, f"the control API has no {request.path}"), call)

    def _health(self, _call: Call) -> Answer:
        return json_answer(200, {"name": self._behaviour.name, "status": "ready"})

    def _describe(self, _call: Call) -> Answer:
        return json_answer(200, self._contract.document())

    # Scripts.

    def _arm(self, call: Call) -> Answer:
        order = read_order(call, ScriptOrder)
        self._check_operation(order.operation)
        plan = plan_of(order)
        try:
            require_fits(plan, load_document(self._behaviour.name), order.operation)
            script = self._scripts.arm(order.operation, order.match, plan, order.seconds)
        except ValueError as error:
            raise RefusedError(400, str(error)) from None
        return json_answer(201, {"script_id": script.id})

    def _list(self, call: Call) -> Answer:
        return json_answer(200, ScriptStates(self._scripts.of(_scope(call))))

    def _look(self, call: Call) -> Answer:
        return json_answer(200, _known(self._scripts.get(call.params["script_id"])))

    def _heal(self, call: Call) -> Answer:
        return json_answer(200, _known(self._scripts.heal(call.params["script_id"])))

    def _check_operation(self, operation: str | None) -> None:
        if operation is not None and operation not in self._operations:
            known = ", ".join(sorted(self._operations))
            raise RefusedError(400, f"no operation {operation!r} here; there are: {known}")

    # What was asked.

    def _read(self, call: Call) -> Answer:
        operation, after = call.query.get("operation"), _number(call, "after", 0)
        page = self._journal.page(_scope(call), operation, after, _number(call, "limit", PAGE))
        return json_answer(200, page)

    def _read_violations(self, call: Call) -> Answer:
        after = _number(call, "after", 0)
        lines = self._journal.lines(_scope(call), call.query.get("operation"), after)
        return json_answer(200, Journal(tuple(entry_of(line) for line in lines if line.violations)))

    def _verify(self, call: Call) -> Answer:
        order = read_order(call, VerifyOrder)
        self._check_operation(order.operation)
        try:
            return json_answer(200, verify(order, self._journal))
        except ValueError as error:
            raise RefusedError(400, str(error)) from None

    def _reset(self, call: Call) -> Answer:
        scope = frozenset(keys_of(read_order(call, Scope)))
        self._scripts.reset(scope)
        self._journal.reset(scope)
        self._behaviour.reset(scope)
        return json_answer(200, {"status": "reset"})


def _scope(call: Call) -> frozenset[Key]:
    kinds = ("tenant", "token", "sub", "traceparent")
    return frozenset(keys_of(Scope(**{kind: call.query.get(kind) for kind in kinds})))


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdecimal()):
        raise RefusedError(400, f"{name} is a number, in digits")
    return int(text)


def _known(state: ScriptState | None) -> ScriptState:
    if state is None:
        raise RefusedError(404, "there is no such script, or it was healed or reset")
    return state

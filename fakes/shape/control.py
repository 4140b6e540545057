"""The control API below /__fake__/, the same for every fake, for any language.

Rule: what is sent here is checked as strictly as what the fakes are sent; a script that could never fire is
refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.document import load_document
from fakes.http.answer import json_answer
from fakes.records import Scope, ScriptOrder, ScriptStates, VerifyOrder
from fakes.shape.errors import RefusedError
from fakes.shape.faults import FAULTS
from fakes.shape.front import ControlFront, known, read_number, read_order
from fakes.shape.identity import keys_of
from fakes.shape.journal import PAGE
from fakes.shape.orders import plan_of, require_fits
from fakes.shape.routing import serves
from fakes.shape.verification import verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.http.answer import Answer
    from fakes.http.request import Request
    from fakes.shape.call import Behaviour, Call, Handler
    from fakes.shape.clock import Clock
    from fakes.shape.contract import Enums
    from fakes.shape.identity import Key
    from fakes.shape.journal import JournalBook
    from fakes.shape.scripts import Scripts


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
        names: Enums = {"/Operation": [*sorted(operations), None], "/Fault/properties/kind": [*FAULTS]}
        self._front: ControlFront[Answer] = ControlFront(
            behaviour.name, {**self._common(), **extra}, clock, "control", names
        )

    def _common(self) -> dict[str, Handler]:
        return {
            "POST /__fake__/scripts": self._arm,
            "GET /__fake__/scripts": self._list,
            "GET /__fake__/scripts/{script_id}": self._look,
            "DELETE /__fake__/scripts/{script_id}": self._heal,
            "GET /__fake__/journal": self._read,
            "GET /__fake__/violations": self._read_violations,
            "POST /__fake__/verify": self._verify,
            "POST /__fake__/reset": self._reset,
        }

    @property
    def served(self) -> tuple[str, ...]:
        """Return the control operations that this fake has."""
        return self._front.operations

    def handle(self, request: Request) -> Answer:
        """Answer one request below /__fake__/."""
        return self._front.handle(request)

    # Scripts.

    def _arm(self, call: Call) -> Answer:
        order = read_order(call, ScriptOrder)
        self._check_operation(order)
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
        return json_answer(200, known(self._scripts.get(call.params["script_id"])))

    def _heal(self, call: Call) -> Answer:
        return json_answer(200, known(self._scripts.heal(call.params["script_id"])))

    def _check_operation(self, order: ScriptOrder | VerifyOrder) -> None:
        operation, method = order.operation, order.match.method
        if operation is None:
            return
        if operation not in self._operations:
            known = ", ".join(sorted(self._operations))
            raise RefusedError(400, f"no operation {operation!r} here; there are: {known}")
        if method is not None and not serves(operation, method):
            raise RefusedError(400, f"method {method}: no such request is a {operation}")

    # What was asked.

    def _read(self, call: Call) -> Answer:
        return self._page(call, outside=False)

    def _read_violations(self, call: Call) -> Answer:
        return self._page(call, outside=True)

    def _page(self, call: Call, *, outside: bool) -> Answer:
        operation = call.query.get("operation") or None
        after, limit = read_number(call, "after", 0), read_number(call, "limit", PAGE)
        return json_answer(200, self._journal.page(_scope(call), operation, after, limit, outside=outside))

    def _verify(self, call: Call) -> Answer:
        order = read_order(call, VerifyOrder)
        self._check_operation(order)
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
    return frozenset(keys_of(Scope(**{kind: call.query.get(kind) or None for kind in kinds})))

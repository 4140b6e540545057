"""The front of a control API: it routes what comes, holds it against the contract, and says what it refuses.

Rule: nothing here knows what is scripted or journaled; that is the handlers'.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from fakes.http.answer import Answer, json_answer
from fakes.shape.contract import ControlContract
from fakes.shape.dispatch import make_call, run_handler
from fakes.shape.errors import RefusedError, code_of
from fakes.shape.routing import NoRoute, Routes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.http.request import Request
    from fakes.shape.call import Call
    from fakes.shape.clock import Clock
    from fakes.shape.contract import Enums

PREFIX = "/__fake__/"
Outcome = TypeVar("Outcome")
T = TypeVar("T")


def control_errors(refused: RefusedError, _call: Call) -> Answer:
    """Return `{"error": {"code", "message"}}`."""
    error = {"code": refused.code or code_of(refused.status), "message": refused.message}
    return json_answer(refused.status, {"error": error})


def read_order(call: Call, wanted: type[T]) -> T:
    """Return the body as the record it should be; refused when it is not.

    The contract has seen it before: all that is lax here is that `1.0` is an integer, as in JSON Schema.
    """
    try:
        return msgspec.json.decode(call.request.body or b"{}", type=wanted, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, str(error)) from None


def read_number(call: Call, name: str, default: int) -> int:
    """Return a number of the query; refused when it is none."""
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdecimal()):
        raise RefusedError(400, f"{name} is a number, in digits")
    return int(text)


def known(found: T | None) -> T:
    """Return what was found of a script; refused where there is none."""
    if found is None:
        raise RefusedError(404, "there is no such script, or it was healed or reset")
    return found


class ControlFront(Generic[Outcome]):
    """The control API of one fake; its document is served here, and its health unless the table has it."""

    def __init__(
        self,
        name: str,
        table: Mapping[str, Callable[[Call], Outcome | Answer]],
        clock: Clock,
        document: str,
        enums: Enums,
    ) -> None:
        self._name = name
        self._clock = clock
        common = {"GET /__fake__/health": self._health, "GET /__fake__/openapi.json": self._describe}
        self._table: dict[str, Callable[[Call], Outcome | Answer]] = {**common, **table}
        self._contract = ControlContract(name, self.operations, document=document, enums=enums)

    @cached_property
    def _routes(self) -> Routes[Callable[[Call], Outcome | Answer]]:
        """Return the routes, made when it is first asked: a fake is mostly asked for something else first."""
        return Routes(self._table)

    @property
    def operations(self) -> tuple[str, ...]:
        """Return the names of what is served."""
        return tuple(self._table)

    def handle(self, request: Request) -> Outcome | Answer:
        """Answer one request below /__fake__/."""
        route = self._routes.find(request.method, request.path)
        if not isinstance(route, NoRoute):
            call = make_call(request, route.operation, self._clock(), route.params)
            wrong = self._contract.wrong(request)
            return control_errors(wrong, call) if wrong else run_handler(route.handler, call, control_errors)
        call = make_call(request, None, self._clock())
        if route.allowed:
            refused = RefusedError(405, f"{request.method} is not served there")
            return control_errors(refused, call).with_header("Allow", ", ".join(route.allowed))
        return control_errors(RefusedError(404, f"the control API has no {request.path}"), call)

    def _health(self, _call: Call) -> Answer:
        return json_answer(200, {"name": self._name, "status": "ready"})

    def _describe(self, _call: Call) -> Answer:
        return json_answer(200, self._contract.document())

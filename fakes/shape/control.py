"""The control API below /__fake__/, the same for every fake, for any language.

Rule: what is sent here is checked as strictly as what the fakes are sent; a script that could never fire is
refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from fakes.http.answer import Answer, encode_json, json_answer
from fakes.records import Match, Reply, ScriptOrder
from fakes.shape.dispatch import make_call, run_handler
from fakes.shape.errors import RefusedError, code_of
from fakes.shape.faults import make_fault
from fakes.shape.identity import keys_of
from fakes.shape.journal import PAGE
from fakes.shape.routing import Route, Routes
from fakes.shape.scripts import Armed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.http.request import Request
    from fakes.shape.call import Behaviour, Call, Handler
    from fakes.shape.clock import Clock
    from fakes.shape.journal import JournalBook
    from fakes.shape.scripts import Script, Scripts

PREFIX = "/__fake__/"
_FILTERS = frozenset({"tenant", "token", "sub", "traceparent", "operation", "after", "limit"})
_STATUSES = range(200, 600)
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "date"})
_TYPE = "content-type"
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_COUNT = re.compile(r"[0-9]{1,15}")
_TEXT = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
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
        own: dict[str, Handler] = {
            "GET /__fake__/health": self._health,
            "POST /__fake__/scripts": self._arm,
            "GET /__fake__/scripts/{script_id}": self._look,
            "DELETE /__fake__/scripts/{script_id}": self._heal,
            "GET /__fake__/journal": self._read,
            "POST /__fake__/reset": self._reset,
        }
        self._routes: Routes[Handler] = Routes({**own, **extra})

    def handle(self, request: Request) -> Answer:
        """Answer one request below /__fake__/."""
        route = self._routes.find(request.method, request.path)
        if isinstance(route, Route):
            call = make_call(request, route.operation, self._clock(), route.params)
            return run_handler(route.handler, call, control_errors)
        call = make_call(request, None, self._clock())
        if route.allowed:
            refused = RefusedError(405, f"{request.method} is not served there")
            return control_errors(refused, call).with_header("Allow", ", ".join(route.allowed))
        return control_errors(RefusedError(404, f"the control API has no {request.path}"), call)

    def _health(self, _call: Call) -> Answer:
        return json_answer(200, {"name": self._behaviour.name, "status": "ready"})

    def _arm(self, call: Call) -> Answer:
        order = read_order(call, ScriptOrder)
        if order.operation is not None and order.operation not in self._operations:
            known = ", ".join(sorted(self._operations))
            raise RefusedError(400, f"no operation {order.operation!r} here; there are: {known}")
        if order.times is not None and order.times < 1:
            raise RefusedError(
                400, "times is at least 1; leave it out for a script that lasts until it is healed"
            )
        script = self._scripts.arm(order.operation, order.match, _act_of(order), order.times)
        return json_answer(201, {"script_id": script.id})

    def _look(self, call: Call) -> Answer:
        return json_answer(200, _known(self._scripts.get(call.params["script_id"])).state())

    def _heal(self, call: Call) -> Answer:
        return json_answer(200, _known(self._scripts.heal(call.params["script_id"])).state())

    def _read(self, call: Call) -> Answer:
        if not call.query.keys() <= _FILTERS:
            raise RefusedError(400, f"the journal is filtered by {', '.join(sorted(_FILTERS))}")
        after, limit = call.query.get("after", "0"), call.query.get("limit", str(PAGE))
        if not _COUNT.fullmatch(after):
            raise RefusedError(400, "after is the seq of an entry")
        if not _COUNT.fullmatch(limit) or not 0 < int(limit) <= PAGE:
            raise RefusedError(400, f"limit is 1 to {PAGE}")
        kinds = ("tenant", "token", "sub", "traceparent")
        keys = keys_of(Match(**{kind: call.query.get(kind) for kind in kinds}))
        page = self._journal.page(keys, call.query.get("operation"), int(after), int(limit))
        return json_answer(200, page)

    def _reset(self, call: Call) -> Answer:
        scope = frozenset(keys_of(read_order(call, Match)))
        self._scripts.reset(scope)
        self._journal.reset(scope)
        self._behaviour.reset(scope)
        return json_answer(200, {"status": "reset"})


def _known(script: Script | None) -> Script:
    if script is None:
        raise RefusedError(404, "there is no such script, or it was healed or reset")
    return script


def _act_of(order: ScriptOrder) -> Answer | Armed:
    if (order.reply is None) == (order.fault is None):
        raise RefusedError(400, "a script has exactly one of reply and fault")
    if order.reply is not None:
        return _answer_of(order.reply)
    try:
        return Armed(*make_fault(order.fault or {}))
    except ValueError as error:
        raise RefusedError(400, str(error)) from None


def _answer_of(reply: Reply) -> Answer:
    if reply.status not in _STATUSES:
        raise RefusedError(400, "a reply's status is 200 to 599")
    for name, text in reply.headers.items():
        if name.lower() in _FRAMING or not _NAME.fullmatch(name) or not _TEXT.fullmatch(text):
            raise RefusedError(400, f"header {name!r} cannot be scripted like this")
    headers = tuple((name, text) for name, text in reply.headers.items() if name.lower() != _TYPE)
    given = next((text for name, text in reply.headers.items() if name.lower() == _TYPE), None)
    if reply.body is msgspec.UNSET:
        return Answer(reply.status, b"", headers, given)
    return Answer(reply.status, encode_json(reply.body), headers, given or "application/json")

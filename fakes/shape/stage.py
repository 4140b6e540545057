"""A fake behind its server: routes, contract, scripts and journal around one behaviour.

Rules: every request is journaled with its violations. A scripted fault strikes whatever the request is like;
then a request outside the contract is refused in the fake's own error shape; then a scripted reply is given;
then the behaviour answers.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from contracts.document import load_document
from contracts.validation import Violation, check_response
from fakes.http.answer import Answer
from fakes.shape.clock import rfc3339
from fakes.shape.control import Control
from fakes.shape.dispatch import make_call, run_handler
from fakes.shape.errors import RefusedError
from fakes.shape.front import PREFIX
from fakes.shape.identity import Identity
from fakes.shape.journal import JournalBook
from fakes.shape.plans import Armed
from fakes.shape.receiving import Received, Receiver, nowhere
from fakes.shape.routing import NoRoute
from fakes.shape.scripts import Scripts
from fakes.shape.strike import Strike

if TYPE_CHECKING:
    from fakes.http.link import Conduct
    from fakes.http.request import Refusal, Request
    from fakes.shape.call import Behaviour, Call, Controllable, Inspector, Unpacker, Witness
    from fakes.shape.clock import Clock
    from fakes.shape.line import Line
    from fakes.shape.scripts import Script


class Stage:
    """The application of one fake."""

    def __init__(self, behaviour: Behaviour, clock: Clock = time.time) -> None:
        self._behaviour = behaviour
        self._clock = clock
        document = load_document(behaviour.name)
        self._document = document
        self._scripts = Scripts(clock)
        self._journal = JournalBook(clock)
        self._receiver = Receiver(behaviour, document, clock)
        # What it can do besides is known by its name: isinstance of three protocols is a tenth of the start.
        controls = hasattr(behaviour, "control_routes")
        self._control = Control(
            behaviour,
            operations=frozenset(self._receiver.operations),
            scripts=self._scripts,
            journal=self._journal,
            clock=clock,
            extra=cast("Controllable", behaviour).control_routes() if controls else {},
        )
        self._unpack = cast("Unpacker", behaviour).unpack if hasattr(behaviour, "unpack") else None
        self._refused = cast("Witness", behaviour).refused if hasattr(behaviour, "refused") else None
        self._inspector = cast("Inspector", behaviour) if hasattr(behaviour, "broken_parts") else None

    def handle(self, request: Request) -> Answer | Conduct:
        """Answer one request, or say how it will be mistreated."""
        if request.path.startswith(PREFIX):
            return self._control.handle(request)
        received = self._receiver.receive(request if self._unpack is None else self._unpack(request))
        if self._inspector is not None and not received.violations:
            received.violations = self._inspector.outside(received.call)
        shot = self._scripts.fire(received.call, received.identity, outside=bool(received.violations))
        if shot is None:
            return self._ended(received, self.normal(received))
        act = shot.act
        if isinstance(act, Armed):
            return self._strike(received, shot.script, act)
        answer = act if isinstance(act, Answer) else self.normal(received)
        return self._ended(received, answer, shot.script.id)

    def refuse(self, refusal: Refusal) -> Answer:
        """Answer what is no HTTP request, and journal it."""
        request = refusal.request
        call, identity = make_call(request, None, self._clock()), Identity.of_headers(request.headers)
        received = Received(call, identity, nowhere(), [Violation("http", "", "", refusal.reason)])
        return self._ended(received, self.error(call, RefusedError(refusal.status, refusal.reason)))

    def _strike(self, received: Received, script: Script, armed: Armed) -> Conduct:
        line = self._open(received, script.id)
        line.fault, line.armed_at = armed.kind, rfc3339(script.armed_at)
        return Strike(self, received, line, script, armed.fault)

    def _open(self, received: Received, script_id: str | None) -> Line:
        call = received.call
        line = self._journal.open(call.operation, received.identity, call.request)
        line.script_id, line.violations = script_id, received.violations
        return line

    # What is done with a request that was received; the steps of a Strike, too.

    def normal(self, received: Received) -> Answer:
        """Return the answer that the request gets when nothing is scripted."""
        route = received.reading.route
        if isinstance(route, NoRoute) or received.violations:
            return self.refusal(received) or self.error(received.call, RefusedError(404, "not served here"))
        return run_handler(route.handler.handler, received.call, self._behaviour.errors)

    def refusal(self, received: Received) -> Answer | None:
        """Return the error for a request outside the contract; None for one inside it."""
        if not received.violations:
            return None
        call, route = received.call, received.reading.route
        if isinstance(route, NoRoute):
            return self._not_served(call, route)
        first = received.violations[0]
        reason = f"{first.pointer or 'request'}: {first.message}"
        if self._refused is not None:
            self._refused(call, reason)
        return self.error(call, RefusedError(400, reason, field=first.pointer))

    def _not_served(self, call: Call, route: NoRoute) -> Answer:
        if not route.allowed:
            return self.error(call, RefusedError(404, f"nothing is served at {call.request.path}"))
        allowed = ", ".join(route.allowed)
        refused = RefusedError(405, f"{call.request.method} is not served there; {allowed} is")
        return self.error(call, refused).with_header("Allow", allowed)

    def error(self, call: Call, refused: RefusedError) -> Answer:
        """Return an error in this fake's own shape."""
        return self._behaviour.errors(refused, call)

    def breaks(self, received: Received, answer: Answer) -> bool:
        """Say whether this answer to that request would break the fake's own contract."""
        route = received.reading.route
        if isinstance(route, NoRoute):
            return False
        method = route.operation.partition(" ")[0]
        path = received.call.request.path.removeprefix(self._document.base_path)
        whole = self.whole(received, answer)
        headers = {**dict(whole.headers), "content-type": whole.content_type or ""}
        return bool(check_response(self._document, method, path, whole.status, headers, whole.body))

    def struck(self, line: Line, script: Script) -> None:
        """Note that a fault strikes, now and for the first time at this request."""
        if line.fired_at is None:
            now = self._clock()
            line.fired_at = rfc3339(now)
            script.fired(now)

    def whole(self, received: Received, answer: Answer) -> Answer:
        """Return the answer with its X-Request-ID."""
        return answer.with_default("X-Request-ID", received.call.request_id)

    def ended(self, received: Received, line: Line) -> None:
        """Close the journal's line: nothing more becomes of this request."""
        line.violations = self._broken(received)
        self._journal.close(line)

    def _ended(self, received: Received, answer: Answer, script_id: str | None = None) -> Answer:
        """Journal a request with its answer, all at once."""
        call = received.call
        sent = answer.with_default("X-Request-ID", call.request_id)
        violations = received.violations if self._inspector is None else self._broken(received)
        if violations:
            line = self._open(received, script_id)
            line.answer, line.violations = sent, violations
            self._journal.close(line)
        else:
            self._journal.note(call, received.identity, sent, script_id)
        return sent

    def _broken(self, received: Received) -> list[Violation]:
        """Return all that was wrong, now that it has been served."""
        if self._inspector is None or received.violations:
            return received.violations
        return self._inspector.broken_parts(received.call)

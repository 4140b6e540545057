"""A fake behind its server: routes, contract, scripts and journal around one behaviour.

Rules: every request is journaled with its violations. A scripted fault strikes whatever the request is like;
then a request outside the contract is refused in the fake's own error shape; then a scripted reply is given;
then the behaviour answers.
"""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, cast

from contracts.document import load_document
from contracts.validation import Violation, check_response
from fakes.http.answer import Answer
from fakes.shape.clock import rfc3339
from fakes.shape.control import Control
from fakes.shape.dispatch import make_call, run_handler
from fakes.shape.errors import RefusedError
from fakes.shape.front import PREFIX
from fakes.shape.health import unhealthy
from fakes.shape.identity import Identity
from fakes.shape.journal import JournalBook
from fakes.shape.plans import Armed
from fakes.shape.receiving import Received, Receiver
from fakes.shape.routing import NoRoute
from fakes.shape.scripts import Scripts

if TYPE_CHECKING:
    from fakes.http.link import Conduct, Link
    from fakes.http.request import Refusal, Request
    from fakes.shape.call import Behaviour, Call, Controllable, Inspector, Unpacker, Witness
    from fakes.shape.clock import Clock
    from fakes.shape.faults import Fault
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
        self._receiver = Receiver(behaviour, document, self._journal, clock)
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
        scene = self._receiver.receive(request if self._unpack is None else self._unpack(request))
        call, line = scene.call, scene.line
        if self._inspector is not None and not line.violations:
            line.violations = self._inspector.outside(call)
        shot = self._scripts.fire(call, line.identity, outside=bool(line.violations))
        if shot is None:
            return self._ended(scene, self.normal(scene))
        script, act = shot.script, shot.act
        line.script_id = script.id
        if isinstance(act, Answer):
            return self._ended(scene, act)
        if isinstance(act, Armed):
            line.fault, line.armed_at = act.kind, rfc3339(script.armed_at)
            return Strike(self, scene, script, act.fault)
        return self._ended(scene, self.normal(scene))

    def refuse(self, refusal: Refusal) -> Answer:
        """Answer what is no HTTP request, and journal it."""
        call = make_call(refusal.request, None, self._clock())
        line = self._journal.open(None, Identity.of_headers(refusal.request.headers), refusal.request)
        line.violations = [Violation("http", "", "", refusal.reason)]
        error = RefusedError(refusal.status, refusal.reason)
        return self._ended(Received(call, line, NoRoute(())), self.error(call, error))

    # What is done with a request that was received; the steps of a Strike, too.

    def normal(self, scene: Received) -> Answer:
        """Return the answer that the request gets when nothing is scripted."""
        if isinstance(scene.route, NoRoute) or scene.line.violations:
            return self.refusal(scene) or self.error(scene.call, RefusedError(404, "not served here"))
        return run_handler(scene.route.handler.handler, scene.call, self._behaviour.errors)

    def refusal(self, scene: Received) -> Answer | None:
        """Return the error for a request outside the contract; None for one inside it."""
        if not scene.line.violations:
            return None
        if isinstance(scene.route, NoRoute):
            return self._not_served(scene.call, scene.route)
        first = scene.line.violations[0]
        reason = f"{first.pointer or 'request'}: {first.message}"
        if self._refused is not None:
            self._refused(scene.call, reason)
        return self.error(scene.call, RefusedError(400, reason, field=first.pointer))

    def _not_served(self, call: Call, route: NoRoute) -> Answer:
        if not route.allowed:
            return self.error(call, RefusedError(404, f"nothing is served at {call.request.path}"))
        allowed = ", ".join(route.allowed)
        refused = RefusedError(405, f"{call.request.method} is not served there; {allowed} is")
        return self.error(call, refused).with_header("Allow", allowed)

    def error(self, call: Call, refused: RefusedError) -> Answer:
        """Return an error in this fake's own shape."""
        return self._behaviour.errors(refused, call)

    def breaks(self, scene: Received, answer: Answer) -> bool:
        """Say whether this answer to that request would break the fake's own contract."""
        if isinstance(scene.route, NoRoute):
            return False
        method = scene.route.operation.partition(" ")[0]
        path = scene.call.request.path.removeprefix(self._document.base_path)
        whole = self._whole(scene, answer)
        headers = {**dict(whole.headers), "content-type": whole.content_type or ""}
        return bool(check_response(self._document, method, path, whole.status, headers, whole.body))

    def struck(self, scene: Received, script: Script) -> None:
        """Note that a fault strikes, now and for the first time at this request."""
        if scene.line.fired_at is None:
            now = self._clock()
            scene.line.fired_at = rfc3339(now)
            script.fired(now)

    def sent(self, scene: Received, answer: Answer) -> Answer:
        """Journal the answer, with its X-Request-ID, and return it."""
        scene.line.answer = sent = self._whole(scene, answer)
        return sent

    def ended(self, scene: Received) -> None:
        """Close the journal's line: nothing more becomes of this request."""
        line = scene.line
        if self._inspector is not None and not line.violations:
            line.violations = self._inspector.broken_parts(scene.call)
        self._journal.close(line)

    def _ended(self, scene: Received, answer: Answer) -> Answer:
        scene.line.answer = sent = self._whole(scene, answer)
        self.ended(scene)
        return sent

    def _whole(self, scene: Received, answer: Answer) -> Answer:
        return answer.with_default("X-Request-ID", scene.call.request_id)


class Strike:
    """A fault on its way to one request: the Conduct of its connection and the Scene of the fault."""

    link: Link

    def __init__(self, stage: Stage, received: Received, script: Script, fault: Fault) -> None:
        self._stage = stage
        self._received = received
        self._script = script
        self._fault = fault

    @property
    def request(self) -> Request:
        """Return what was asked."""
        return self._received.call.request

    async def run(self, link: Link) -> None:
        """Let the fault strike."""
        self.link = link
        await self._fault.strike(self)

    def over(self) -> None:
        """Take note that the fault has done what it does."""
        self._stage.ended(self._received)

    def normally(self) -> Answer:
        """Process the request as if nothing were wrong."""
        return self._stage.normal(self._received)

    def error(self, status: int) -> Answer:
        """Return an error of this status in the fake's own shape; health has one of its own."""
        call = self._received.call
        return unhealthy(call, status) or self._stage.error(call, RefusedError(status, "scripted"))

    def breaks(self, answer: Answer) -> bool:
        """Say whether this answer would break the fake's own contract."""
        return self._stage.breaks(self._received, answer)

    def random(self, seed: int) -> Random:
        """Return numbers that depend on the seed and on how often the fault has struck before."""
        return Random(f"{seed}/{self._script.hits}")  # noqa: S311 -- to be repeatable is its purpose

    def struck(self) -> None:
        """Note that the fault strikes now; not where the client has gone before."""
        if not self.link.lost:
            self._stage.struck(self._received, self._script)

    def journaled(self, answer: Answer) -> Answer:
        """Journal an answer that is sent in another way, and return it as it is to be sent."""
        return self._stage.sent(self._received, answer)

    def answer(self, answer: Answer) -> None:
        """Journal and send an answer."""
        self.link.answer(self.journaled(answer))

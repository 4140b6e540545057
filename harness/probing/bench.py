"""What all scenes of a run share: the wire, the tokens, the ledger, and when there is no use in going on.

Rule: the only place that several threads change, each time under one lock.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from harness.driving.sent import note_secrets
from harness.fuzzing.fold import see
from harness.fuzzing.ledger import Failed
from harness.fuzzing.mapping import ANSWERS
from harness.fuzzing.seen import EXERCISED
from harness.fuzzing.wire import curl, exchange
from harness.probing.watching import Watch
from reports.record import ExchangeRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contracts.document import Document
    from contracts.routing import Operation
    from harness.driving.coverage import Coverage
    from harness.fuzzing.asking import Request, Wire
    from harness.fuzzing.canaries import Canary
    from harness.fuzzing.ledger import Ledger
    from harness.fuzzing.wire import Call, Personas
    from harness.probing.scene import Scene
    from harness.worlds import World
    from reports.record import Event, Persona

DETAIL = 400
KEPT = 40
MOST_UNANSWERED = 4


class Bench:
    """What a run has."""

    def __init__(
        self,
        *,
        world: World,
        document: Document,
        wire: Wire,
        tokens: Mapping[Persona, str],
        bad: tuple[Persona, ...],
        known: Personas,
        ledger: Ledger,
        coverage: Coverage,
        timeout: float,
        deadline: float,
        emit: Callable[[Event], None],
    ) -> None:
        self.world = world
        self.document = document
        self.bad = bad
        self.timeout = timeout
        self.watch = Watch(document)
        self.present = tuple(ledger.operations.values())
        self.requests = 0
        self._wire = wire
        self._tokens = tokens
        self._known = known
        self._ledger = ledger
        self._coverage = coverage
        self._deadline = deadline
        self._emit = emit
        self._lock = threading.Lock()
        self._unanswered = 0

    def operation(self, name: str) -> Operation | None:
        """Return an operation that the engine has."""
        return next((each for each in self.present if each.name == name), None)

    def token_of(self, person: Persona) -> str:
        """Return a person's token."""
        return self._tokens[person]

    def hide(self, canary: Canary) -> None:
        """Write a stand-in for a credential that is sent, and note it for who reads the engine's logs."""
        with self._lock:
            self._known.hide(canary.secret, canary.stand_in)
            note_secrets(Path(self.world.work_dir), [canary.secret])

    def send(self, request: Request) -> Call:
        """Send a request, while there is any use in it."""
        self.go_on()
        call = self._wire.send(request)
        with self._lock:
            self.requests += 1
            if call.status is not None:
                self._unanswered = 0
            elif not request.may_be_cut:
                self._unanswered += 1
        return call

    def go_on(self) -> None:
        """Raise StoppedError once nothing more is to be sent."""
        if why := self.stopped:
            raise StoppedError(why)

    def unheard(self) -> None:
        """Count a request that somebody else sent, and that had no answer in time."""
        with self._lock:
            self._unanswered += 1

    @property
    def stopped(self) -> str:
        """Say why nothing more is sent; "" while it is."""
        if self._unanswered >= MOST_UNANSWERED:
            return f"given up after {MOST_UNANSWERED} requests in a row without an answer"
        return "stopped: it took too long" if time.monotonic() > self._deadline else ""

    def wants(self, rule: str, operation: Operation) -> bool:
        """Return whether anybody asked for a rule on an operation."""
        with self._lock:
            return self._ledger.group(rule, operation.name) is not None

    def passed(self, rule: str, operation: Operation) -> None:
        """Count a case in which nothing was wrong."""
        with self._lock:
            group = self._ledger.group(rule, operation.name)
            if group is not None:
                group.passed(EXERCISED)

    def unfinished(self, rule: str, operation: Operation, why: str = "", crash: str = "") -> None:
        """Say why a check shows nothing, or how it crashed."""
        with self._lock:
            group = self._ledger.group(rule, operation.name)
            if group is not None and crash:
                group.crash = crash
            elif group is not None:
                group.passed(why)

    def spent(self, rule: str, operation: Operation, seconds: float) -> None:
        """Book time on a check."""
        with self._lock:
            group = self._ledger.group(rule, operation.name)
            if group is not None:
                group.seconds += seconds

    def failed(self, rule: str, scene: Scene, detail: str, *calls: Call) -> None:
        """Note a breach; of those of one check on one operation the first is the one that is shown."""
        shown = {id(call) for call in (*scene.givens, *calls)}
        story = [call for call in scene.calls if id(call) in shown]
        with self._lock:
            group = self._ledger.group(rule, scene.operation.name)
            if group is None:
                return
            group.failed(
                Failed(
                    detail=self._known.clean(detail)[:DETAIL],
                    exchanges=tuple(_name_of(scene, call) for call in story),
                    curl="\n".join(curl(call, self._known) for call in story),
                    size=0,
                )
            )

    def unanswered(self, scene: Scene, call: Call) -> None:
        """Note that a request had no answer."""
        self.failed(ANSWERS, scene, call.error or "no answer", call)

    def record(self, scene: Scene) -> None:
        """Emit what a scene sent: all that a finding rests on, and some of what shows nothing wrong."""
        with self._lock:
            groups = [each for each in self._ledger.groups() if each.operation == scene.operation]
        needed = {name for group in groups for name in _exchanges(group.smallest)}
        left = KEPT
        for call in scene.calls:
            with self._lock:
                see(self._coverage, call)
            name = _name_of(scene, call)
            left -= name not in needed
            if name in needed or left >= 0:
                told = exchange(
                    call, name, f"contract:{scene.operation.name}", self._known, whole=name in needed
                )
                with self._lock:
                    self._emit(ExchangeRecorded(at=told.at, exchange=told))


class StoppedError(Exception):
    """Nothing more is sent: why."""


def _exchanges(failure: Failed | None) -> tuple[str, ...]:
    return failure.exchanges if failure is not None else ()


def _name_of(scene: Scene, call: Call) -> str:
    at = next(index for index, each in enumerate(scene.calls, 1) if each is call)
    return f"{scene.cast.admin.name}-{at}"

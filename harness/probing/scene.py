"""One operation under examination: who asks, what is there, every request that was sent and what came of it.

Rule: one scene is one thread's; what several share (ledger, wire, watch) is asked for through the bench.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from harness.fuzzing.asking import TIMED_OUT, Request
from harness.fuzzing.given import Given, prepare
from harness.fuzzing.reading import read_json
from harness.probing.breach import BreachError, CannotError, UnansweredError
from harness.probing.samples import Sample, sample, samples
from harness.probing.watching import SKIP, SLOWEST

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from contracts.routing import Operation
    from harness.fuzzing.wire import Call
    from harness.probing.bench import Bench
    from harness.probing.people import Cast
    from reports.record import Persona

SHOWN = 160
SECOND_CHANCES = 2
# What is not active may not be deactivated (4: 409 is as good as 200).
BEFORE = {"POST /experiments/{experiment_id}/deactivate": "POST /experiments/{experiment_id}/activate"}
MADE = frozenset({"playbook_id", "decision_id", "action_id", "experiment_id"})


class Scene:
    """An operation, its cast, and a valid request of it that was answered well (`control`)."""

    def __init__(self, bench: Bench, operation: Operation, cast: Cast) -> None:
        self.bench = bench
        self.operation = operation
        self.cast = cast
        self.values: dict[str, str] = {}
        self.calls: list[Call] = []
        self.givens: list[Call] = []
        self._requests: dict[int, Request] = {}
        self._breached: set[str] = set()
        self._valid: Sample | None = None
        self._control: Call | None = None

    @property
    def valid(self) -> Sample:
        """Return the valid request of the cast's admin."""
        if self._valid is None:
            raise CannotError("the contract's examples make no request")
        return self._valid

    @property
    def control(self) -> Call:
        """Return how the valid request was answered."""
        if self._control is None:
            raise CannotError("the valid request was not sent")
        return self._control

    def open(self) -> None:
        """Prepare what the operation works on, and send its valid request: it must succeed."""
        self.values = self.made_for(self.cast.admin)
        self._valid = sample(self.bench.document, self.operation, self.values)
        self._write_first()
        self._go_before()
        control = self.ask(self.valid, self.caller)
        if not succeeded(control):
            raise CannotError(f"the valid request was answered {control.status}")
        self._control = control
        self.givens.append(control)

    @property
    def caller(self) -> Persona | None:
        """Return who sends the valid request: the admin, or nobody where everybody may."""
        return None if self.operation.public else self.cast.admin

    def made_for(self, person: Persona) -> dict[str, str]:
        """Return ids of this person's tenant: of things made now, where the operation takes or reads such."""
        values = {"tenant_id": person.tenant_id, "actor_id": person.sub}
        needed = MADE & self._named()
        if self.operation.public or not (needed or self.operation.method == "GET"):
            return values
        given = self._prepared(person)
        if not needed <= given.known.keys():
            raise CannotError(f"there is nothing to ask about: {given.problem}")
        return {**given.known, **values}

    def _named(self) -> set[str]:
        unmade = sample(self.bench.document, self.operation, {})
        return {*unmade.path, *(unmade.body or ())} if unmade is not None else set()

    def _prepared(self, person: Persona) -> Given:
        self.bench.go_on()
        token = self.bench.token_of(person)
        given = prepare(self.bench.world, self.bench.document, token, person, self.bench.timeout)
        self.calls += given.calls
        self.givens += given.calls
        if TIMED_OUT in given.problem:
            self.bench.unheard()
        return given

    def _go_before(self) -> None:
        """Do what the operation takes for granted."""
        if self.operation.name in BEFORE:
            self.givens.append(self.ask(self.sample_of(BEFORE[self.operation.name]), self.cast.admin))

    def _write_first(self) -> None:
        """Write what can be put and read: the ids of defaults may be new with each reading.

        The last of the contract's examples is taken, which leaves most as it is.
        """
        for operation in () if self.operation.public else self.bench.present:
            writing = self.bench.operation(f"PUT {operation.template}")
            if operation.method == "GET" and writing is not None:
                *_, written = samples(self.bench.document, writing, self.values)
                self.givens.append(self.ask(written, self.cast.admin))

    def sample_of(self, name: str, values: Mapping[str, str] | None = None) -> Sample:
        """Return a valid request of another operation."""
        operation = self.bench.operation(name)
        found = sample(self.bench.document, operation, values or self.values) if operation else None
        if found is None:
            raise CannotError(f"there is no {name} to look with")
        return found

    def ask(self, what: Sample | Request, by: Persona | None, *headers: tuple[str, str]) -> Call:
        """Send a request; what must hold of every answer is looked at. No answer ends the scene."""
        request = what.request() if isinstance(what, Sample) else what
        token = self.bench.token_of(by) if by is not None else None
        if token is not None:
            request = request.with_headers(("Authorization", f"Bearer {token}"))
        if headers:
            request = request.with_headers(*headers)
        call = self._answered(request)
        self._requests[id(call)] = request
        self._watch(call, request, token)
        return call

    def _answered(self, request: Request) -> Call:
        """Send it; what is not answered, or not served for the moment, once and once more again."""
        for chance in range(SECOND_CHANCES + 1):
            call = self.bench.send(request)
            self.calls.append(call)
            lost = call.status is None and not request.may_be_cut
            late = lost and call.error == TIMED_OUT
            if lost and (self.bench.stopped or chance == (1 if late else SECOND_CHANCES)):
                raise UnansweredError(call)
            if not lost and call.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
        return call

    def _watch(self, call: Call, request: Request, token: str | None) -> None:
        looks = self.bench.watch.checks(self.operation, token, may_be_cut=request.may_be_cut)
        for rule, look in looks.items():
            problem = SKIP if rule in self._breached else look(call)
            if problem is None:
                self.bench.passed(rule, self.operation)
            elif problem != SKIP:
                self._breached.add(rule)
                self.bench.failed(rule, self, f"an answer of {call.status} {problem}", call)
        if "response_time" not in self._breached:
            self._watch_time(call, request)

    def _watch_time(self, call: Call, request: Request) -> None:
        if call.status is None or request.may_be_cut:
            return
        if call.seconds <= SLOWEST:
            self.bench.passed("response_time", self.operation)
            return
        again = [self.bench.send(request) for _ in range(SECOND_CHANCES)]
        self.calls += again
        if all(each.seconds > SLOWEST for each in again):
            self._breached.add("response_time")
            took = ", ".join(f"{each.seconds:.1f} s" for each in (call, *again))
            self.bench.failed("response_time", self, f"it took {took}", *again)

    def expect(self, call: Call, wanted: Collection[int], to: str, *before: Call) -> None:
        """Go on where an answer has one of these statuses; else it is a breach."""
        call = call if call.status in wanted else self.settled(call)
        if call.status in wanted:
            return
        those = " or ".join(str(int(status)) for status in sorted(wanted))
        raise BreachError(f"{to}: {said(call)}, not {those}", *before, call)

    def settled(self, call: Call) -> Call:
        """Return an answer that was no passing 503: after one, what is said once the valid request is served.

        Nobody is blamed for a 503 while the valid request, too, is answered with it.
        """
        if call.status != HTTPStatus.SERVICE_UNAVAILABLE:
            return call
        valid = self.ask(self.valid, self.caller)
        if valid.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise CannotError("503 for the valid request, too: a dependency is down")
        request = self._requests[id(call)]
        again = self._answered(request)
        self._requests[id(again)] = request
        return again

    def readings(self, values: Mapping[str, str] | None = None, by: Persona | None = None) -> dict[str, Any]:
        """Return what the tenant's admin can read now: the answer of each reading operation that has one."""
        found: dict[str, Any] = {}
        for operation in self.bench.present:
            read = sample(self.bench.document, operation, values or self.values)
            if operation.method != "GET" or operation.public or read is None:
                continue
            if any(name in MADE and name not in (values or self.values) for name in read.path):
                continue
            call = self.ask(read, by or self.cast.admin)
            if succeeded(call):
                found[operation.name] = parsed(call)
        return found


def succeeded(call: Call) -> bool:
    """Tell whether the engine did what was asked."""
    return call.status is not None and HTTPStatus(200) <= call.status < HTTPStatus(300)


def refused(call: Call) -> bool:
    """Tell whether the engine refused what was asked."""
    return call.status is not None and HTTPStatus(400) <= call.status < HTTPStatus(500)


def parsed(call: Call) -> Any:  # noqa: ANN401 - any JSON value
    """Return an answer's body as JSON; None where it is none that could be read."""
    try:
        return read_json(call.answer)
    except ValueError:
        return None


def said(call: Call) -> str:
    """Return an answer in a few words."""
    text = " ".join(call.answer.decode("utf-8", "replace").split())
    return f"answered {call.status} {text[:SHOWN]}".rstrip()

"""One run: the contract against the world's engine, told as events.

Rule: nothing is green by accident: what was not reached is not exercised, what crashed is unknown.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from schemathesis.core.errors import NoLinksFound
from schemathesis.engine import StopReason, events
from schemathesis.engine.errors import ServerUnavailable, UnhealthyAPIError, UnresponsiveOperationError

from contracts.document import load_document
from harness.driving.coverage import Coverage
from harness.fuzzing.callers import mint, personas
from harness.fuzzing.fold import DETAIL, Fold, see
from harness.fuzzing.given import Given, prepare
from harness.fuzzing.ledger import SUITE, Failed, Ledger, tell
from harness.fuzzing.mapping import ANSWERS, CHECKS, MOST
from harness.fuzzing.narrow import TENANT, narrowed
from harness.fuzzing.options import Options, Summary
from harness.fuzzing.schema import Callers, ContractEngine, configuration, contract_schema
from harness.fuzzing.tolerance import Tolerance
from harness.fuzzing.wire import Personas, exchange
from reports.record import ExchangeRecorded, Note, ScenarioFinished
from reports.redaction import redact
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemathesis.engine.core import EventStream

    from contracts.document import Document
    from contracts.routing import Operation
    from harness.worlds import World
    from reports.record import Event, Finding, Persona

CASES = "contracts/cases{}.jsonl"
# What only the engine under test can be the cause of; anything else is ours, and makes the run unknown.
ENGINES_FAULT = (requests.RequestException, ServerUnavailable, UnhealthyAPIError, UnresponsiveOperationError)


def run_fuzzing(world: World, options: Options, emit: Callable[[Event], None]) -> Summary:
    """Fuzz the world's engine; every event goes to `emit`, and the summary says what came of it."""
    return _Run(world, options, emit).execute()


class _Run:
    def __init__(self, world: World, options: Options, emit: Callable[[Event], None]) -> None:
        self._world = world
        self._options = options
        self._emit = emit
        self._name = f"{SUITE}{options.shard.tag}"
        self._document = options.document or load_document("engine")
        present, self._missing = _parted(self._document, world, options)
        self._ledger = Ledger(present, frozenset(options.requirements))
        self._coverage = Coverage(self._name, world.base_path, self._document)
        self._tokens: dict[str, Persona] = {}
        self._reached: set[str] = set()
        self._lost: list[tuple[str, str]] = []
        self._crashes: list[tuple[str, str]] = []
        self._stopped = ""

    def execute(self) -> Summary:
        """Run, and tell it."""
        started = time.monotonic()
        people = personas(self._world.seed, self._options.shard)
        self._tokens = (self._options.mint or self._mint)(people)
        tolerance = Tolerance(self._document, self._options.timeout)
        known = Personas(self._tokens)
        fold = Fold(self._ledger, tolerance, known, self._coverage, self._emit, name=self._name)
        if self._wanted():
            given = self._prepare(people[0], known, fold)
            values = {TENANT: people[0].tenant_id, **given.known}
            raw = narrowed(self._document.raw, values, given.own)
            self._consume(self._stream(raw, tolerance), fold)
        self._coverage.tell(self._emit)
        self._note(fold, tolerance)
        fold.sent.write(Path(self._world.run_dir) / CASES.format(self._options.shard.tag))
        findings, outcomes = self._tell()
        return Summary(
            findings=findings,
            outcomes=outcomes,
            cases=fold.cases,
            seconds=time.monotonic() - started,
            stopped=self._stopped,
            digest=fold.sent.digest,
        )

    def _mint(self, people: tuple[Persona, ...]) -> dict[str, Persona]:
        return mint(self._world, people)

    def _wanted(self) -> list[Operation]:
        """Return the operations that this run can look at."""
        return [
            operation
            for operation in self._ledger.operations.values()
            if (operation.public or self._tokens)
            and any(self._ledger.asks_for(rule, operation) for rule in CHECKS)
        ]

    def _prepare(self, person: Persona, known: Personas, fold: Fold) -> Given:
        """Prepare what can be prepared; return ids that exist."""
        if not self._tokens:
            self._say("IAM is not ours here; only public routes were fuzzed")
            return Given()
        token = next(iter(self._tokens))
        given = prepare(self._world, self._document, token, person, self._options.timeout)
        names = tuple(f"{self._name}-given-{number}" for number, _ in enumerate(given.calls, 1))
        for name, call in zip(names, given.calls, strict=True):
            see(self._coverage, call)
            told = exchange(call, name, "contract:given", known)
            self._emit(ExchangeRecorded(at=told.at, exchange=told))
            fold.sent.learn(call)
        fold.given(names, tuple(each for each in given.ids if each != person.sub))
        if given.problem:
            self._say(f"there is no decision to fuzz with: {given.problem}")
        return given

    def _stream(self, raw: dict[str, Any], tolerance: Tolerance) -> EventStream:
        wanted = {operation.name for operation in self._wanted()}
        without = {operation.name for operation in self._document.operations} - wanted
        config = configuration(
            base_url=self._world.api_url,
            seed=self._world.seed,
            max_examples=self._options.max_examples,
            stateful_examples=self._options.stateful_examples,
            timeout=self._options.timeout,
            checks=self._ledger.rules() & CHECKS.keys(),
        )
        public = {operation.name for operation in self._document.operations if operation.public}
        by_name = {person.name: token for token, person in self._tokens.items()}
        callers = Callers(by_name, public) if by_name else None
        schema = contract_schema(raw, config, callers, without)

        def filter_failure(_context: object, failure: object, case: object, response: object) -> bool:
            return tolerance.keep(failure, case, response)  # type: ignore[arg-type] # schemathesis asks for these names

        def after_call(_context: object, case: object, response: object) -> None:
            tolerance.note(case, response)  # type: ignore[arg-type] # as above

        schema.hooks.register_hook_with_name(filter_failure, "filter_failure")
        schema.hooks.register_hook_with_name(after_call, "after_call")
        return ContractEngine(schema).execute()

    def _consume(self, stream: EventStream, fold: Fold) -> None:
        deadline = threading.Timer(self._options.limit_seconds, stream.stop)
        deadline.daemon = True
        deadline.start()
        try:
            for event in stream:
                if isinstance(event, events.ScenarioFinished):
                    self._finished(event, fold)
                elif isinstance(event, events.NonFatalError):
                    self._trouble(event)
                elif isinstance(event, events.FatalError):
                    said = redact(f"schemathesis itself crashed: {event.exception!r}")[:DETAIL]
                    self._crashes.append(("", said))
                elif isinstance(event, events.EngineFinished):
                    self._ended(event)
        finally:
            deadline.cancel()

    def _finished(self, event: events.ScenarioFinished, fold: Fold) -> None:
        fold.take(event.recorder, event.elapsed_time)
        self._reached.update(node.value.operation.label for node in event.recorder.cases.values())

    def _trouble(self, event: events.NonFatalError) -> None:
        """Keep what went wrong besides the checks: the engine's fault, or ours."""
        if isinstance(event.value, NoLinksFound):
            return  # what was asked for has no chains, which is no trouble
        said = redact(" ".join(f"{event.info.title}: {event.info.message}".split()))[:DETAIL]
        if isinstance(event.value, ENGINES_FAULT):
            self._lost.append((event.label, said))
        else:
            self._crashes.append((event.label, said))

    def _ended(self, event: events.EngineFinished) -> None:
        reasons = {
            StopReason.INTERRUPTED: f"stopped after {self._options.limit_seconds:g} s",
            StopReason.SERVER_UNAVAILABLE: "the engine stopped responding",
        }
        self._stopped = reasons.get(event.stop_reason, "")

    def _note(self, fold: Fold, tolerance: Tolerance) -> None:
        """Tell the reader what was left out and what was excused."""
        notes = [self._stopped] if self._stopped else []
        if fold.left_out:
            notes.append(f"{fold.left_out} exchanges in which nothing was wrong are not in the record")
        reasons: Counter[str] = Counter()
        for (_, reason), times in tolerance.used.items():
            reasons[reason] += times
        notes += [f"left to the engine, {times} times: {reason}" for reason, times in reasons.most_common()]
        for text in notes:
            self._say(text)

    def _say(self, text: str) -> None:
        self._emit(Note(at=now(), text=f"{self._name}: {text}"))

    def _tell(self) -> tuple[tuple[Finding, ...], tuple[ScenarioFinished, ...]]:
        """Emit findings and outcomes."""
        self._book_troubles()
        findings, ended = tell(self._ledger, self._world.seed, self._emit)
        outcomes = [*ended, *self._unreached(), *self._unknown()]
        for outcome in outcomes:
            self._emit(outcome)
        return findings, tuple(outcomes)

    def _book_troubles(self) -> None:
        """Put on the groups what their cases do not tell: connections lost, checks that could not run."""
        unexplained = not any(group.rule == ANSWERS and group.failures for group in self._ledger.groups())
        for label, said in self._lost if unexplained else ():
            operation = label if label in self._ledger.operations else min(self._reached, default="")
            group = self._ledger.group(ANSWERS, operation)
            if group is not None:
                group.failed(Failed(said, (), "", 0))
        for label, said in self._crashes:
            begun = [each for each in self._ledger.groups() if each.operation.name == label and each.begun]
            for group in begun or filter(None, (self._ledger.group(rule, label) for rule in CHECKS)):
                group.crash = said

    def _unreached(self) -> Iterator[ScenarioFinished]:
        """Say of the operations that nothing was sent to why that is so."""
        wanted = {operation.name for operation in self._wanted()}
        for operation in self._missing:
            yield _not_exercised(operation, "the preflight found the route missing")
        for operation in self._ledger.operations.values():
            if operation.name in self._reached or not any(
                self._ledger.asks_for(rule, operation) for rule in CHECKS
            ):
                continue
            why = self._stopped or "no request could be made of its contract"
            yield _not_exercised(
                operation, why if operation.name in wanted else "no token: IAM is not ours here"
            )

    def _unknown(self) -> Iterator[ScenarioFinished]:
        """Tell of a crash that belongs to no operation: then nothing that NFR-4 says of input is known."""
        for label, said in self._crashes:
            if label not in self._ledger.operations:
                yield ScenarioFinished(
                    at=now(),
                    scenario=f"contract:{label or 'schemathesis'}{self._options.shard.tag}",
                    suite=SUITE,
                    title="the contract's checks could not be run to their end",
                    requirements=("NFR-4",),
                    outcome="unknown",
                    seconds=0.0,
                    reason=said,
                )


def _parted(
    document: Document, world: World, options: Options
) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """Return the operations that the engine has and those that it lacks, of those that are looked at."""
    chosen = [
        each for each in document.operations if not options.operations or each.name in options.operations
    ]
    missing = set(world.missing_operations)
    present = tuple(each for each in chosen if each.name not in missing)
    return present, tuple(each for each in chosen if each.name in missing)


def _not_exercised(operation: Operation, reason: str) -> ScenarioFinished:
    return ScenarioFinished(
        at=now(),
        scenario=f"contract:{operation.name}",
        suite=SUITE,
        title=f"{operation.name}: its contract",
        requirements=operation.requirements[:MOST],
        outcome="not_exercised",
        seconds=0.0,
        reason=reason,
    )

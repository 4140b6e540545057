"""A past finding, repeated on an engine in a tenant of its own: broken again, mended, or not to be seen.

Rule: nothing is green by accident: where a step before the offending one goes otherwise than then, the
finding cannot be seen, and that is what is said.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from contracts.document import load_document
from harness.corpus.again import class_of
from harness.corpus.judge import judge
from harness.corpus.sendable import unsendable
from harness.fuzzing.wire import exchange
from harness.processes import UnbuildableError
from harness.repeating import ENGINE, Repeater
from reports.record import ExchangeRecorded, FindingRecorded, ScenarioFinished
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from contracts.document import Document
    from harness.corpus.again import Judged, Outcome
    from harness.corpus.past import Past
    from harness.repeating import Step
    from harness.worlds import World
    from reports.record import Event, Finding

SUITE = "corpus"
MOVED = "-again-{seed}-{finding}"
# A 503 may pass: a dependency was slow. That the engine works at all preflight has just shown.
REASKED = frozenset({"contract:not_a_server_error", "contract:nasty_input"})
CHANCES: Final = 3
# How it is told that a request was not sent at all.
UNSENT = frozenset({"UnicodeEncodeError"})


def repeat_corpus(
    world: World, pasts: Iterable[Past], emit: Callable[[Event], None], crashed: Callable[[], None]
) -> Iterator[str]:
    """Repeat them in turn, and yield the outcome of each; one over which we crash is unknown, it alone.

    `crashed` is called while the exception is at hand.
    """
    for past in pasts:
        try:
            outcome = repeat_past(world, past, emit)
        except Exception as error:  # noqa: BLE001 - a check that raises is unknown, told with its story
            crashed()
            outcome = "unknown"
            emit(_ended(past.finding, outcome, f"crashed: {type(error).__name__} {error}", 0.0))
        yield outcome


def repeat_past(
    world: World, past: Past, emit: Callable[[Event], None], document: Document | None = None
) -> Outcome:
    """Repeat a past finding, tell all of it, and return its outcome: passed, failed or not_exercised."""
    began = time.monotonic()
    finding = past.finding
    names: tuple[str, ...] = ()
    try:
        (outcome, reason), names = _repeated(world, past, emit, document or load_document("engine"))
    except UnbuildableError as error:
        outcome, reason = "not_exercised", error.line
    if outcome == "failed":
        found = msgspec.structs.replace(finding, exchanges=names, detail=f"seen before: {finding.detail}")
        emit(FindingRecorded(at=now(), finding=found))
    emit(_ended(finding, outcome, reason, time.monotonic() - began, len(names)))
    return outcome


def _repeated(
    world: World, past: Past, emit: Callable[[Event], None], document: Document
) -> tuple[Judged, tuple[str, ...]]:
    """Repeat the steps, and say what came of it and by which names they were told."""
    if why := unsendable(past.exchanges):
        return ("not_exercised", why), ()
    rule = past.finding.rule
    for chance in range(CHANCES):
        moved = MOVED.format(seed=world.seed, finding=past.finding.id) + (f"-{chance}" if chance else "")
        repeater = Repeater(world, past.exchanges, moved)
        steps = [step for step in repeater.steps() if step.exchange.side == ENGINE]
        if rule not in REASKED or steps[-1].now != HTTPStatus.SERVICE_UNAVAILABLE:
            break
    return _judge(steps, rule, document, world), _tell_steps(steps, past, repeater, emit)


def _tell_steps(
    steps: list[Step], past: Past, repeater: Repeater, emit: Callable[[Event], None]
) -> tuple[str, ...]:
    names = []
    for number, step in enumerate(steps, 1):
        if step.call is not None:
            names.append(f"corpus-{past.finding.id}-{number}")
            scenario = f"{SUITE}:{past.finding.id}"
            told = exchange(step.call, names[-1], scenario, repeater.personas, whole=True)
            emit(ExchangeRecorded(at=told.at, exchange=told))
    return tuple(names)


def _judge(steps: list[Step], rule: str, document: Document, world: World) -> Judged:
    """Say what came of it, and why it could not be seen."""
    *before, last = steps
    for number, step in enumerate(before, 1):
        if class_of(step.now) != class_of(step.exchange.status):
            return "not_exercised", f"step {number} answered {step.exchange.status} then, {step.now} now"
    if last.call is None or last.note in UNSENT:
        return "not_exercised", f"the last step cannot be sent again ({last.note})"
    match = document.find(last.call.method, urlsplit(last.call.url).path.removeprefix(world.base_path))
    if match is not None and match.operation.name in world.missing_operations:
        return "not_exercised", f"the engine has no {match.operation.name}"
    return judge(rule, last.exchange, last.call, document, world.base_path)


def _ended(
    finding: Finding, outcome: Outcome, reason: str, seconds: float, exchanges: int = 0
) -> ScenarioFinished:
    """Return what is told of a past finding at its end."""
    return ScenarioFinished(
        at=now(),
        scenario=f"{SUITE}:{finding.id}",
        suite=SUITE,
        title=f"past finding: {finding.title}",
        requirements=finding.requirements,
        outcome=outcome,
        seconds=round(seconds, 3),
        kinds=("wire",) if outcome in {"passed", "failed"} else (),
        reason=reason,
        finding=finding.id if outcome == "failed" else None,
        exchanges=exchanges,
    )

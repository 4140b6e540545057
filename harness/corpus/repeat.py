"""A past finding, repeated on an engine in a tenant of its own: broken again, mended, or not to be seen.

Rule: nothing is green by accident: where a step before the offending one goes otherwise than then, the
finding cannot be seen, and that is what is said.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from contracts.document import load_document
from harness.corpus.judge import broken_again, class_of
from harness.fuzzing.wire import exchange
from harness.repeating import ENGINE, Repeater
from reports.record import ExchangeRecorded, FindingRecorded, ScenarioFinished
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Document
    from harness.corpus.past import Past
    from harness.repeating import Step
    from harness.worlds import World
    from reports.record import Event, Finding

SUITE = "corpus"
MOVED = "-again-{seed}-{finding}"


def repeat_past(
    world: World, past: Past, emit: Callable[[Event], None], document: Document | None = None
) -> str:
    """Repeat a past finding, tell all of it, and return its outcome: passed, failed or not_exercised."""
    began = time.monotonic()
    contract = document or load_document("engine")
    finding = past.finding
    repeater = Repeater(world, past.exchanges, MOVED.format(seed=world.seed, finding=finding.id))
    steps = [step for step in repeater.steps() if step.exchange.side == ENGINE]
    names = _tell_steps(steps, past, repeater, emit)
    outcome, reason = _judge(steps, finding.rule, contract, world.base_path)
    if outcome == "failed":
        found = msgspec.structs.replace(finding, exchanges=names, detail=f"seen before: {finding.detail}")
        emit(FindingRecorded(at=now(), finding=found))
    emit(_finished(finding, outcome, reason, time.monotonic() - began, len(steps)))
    return outcome


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


def _judge(steps: list[Step], rule: str, document: Document, base_path: str) -> tuple[str, str]:
    """Say what came of it, and why it could not be seen."""
    *before, last = steps
    for number, step in enumerate(before, 1):
        if class_of(step.now) != class_of(step.exchange.status):
            return "not_exercised", f"step {number} answered {step.exchange.status} then, {step.now} now"
    if last.call is not None and broken_again(rule, last.exchange, last.call, document, base_path):
        return "failed", f"answers {last.now} again"
    return "passed", ""


def _finished(
    finding: Finding, outcome: str, reason: str, seconds: float, exchanges: int
) -> ScenarioFinished:
    return ScenarioFinished(
        at=now(),
        scenario=f"{SUITE}:{finding.id}",
        suite=SUITE,
        title=f"past finding: {finding.title}",
        requirements=finding.requirements,
        outcome=outcome,
        seconds=round(seconds, 3),
        kinds=() if outcome == "not_exercised" else ("wire",),
        reason=reason,
        finding=finding.id if outcome == "failed" else None,
        exchanges=exchanges,
    )

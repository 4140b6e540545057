"""From what a scenario did, looked at and ended with, to what is said of it.

Rule: a pure function; whatever is not surely the engine's doing is unknown, and nothing is green by accident.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from harness.driving.failures import GivenRefusedError, MismatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.driving.recorder import Disturbance

PASSED = "passed"
FAILED = "failed"
BLOCKED = "blocked"
NOT_EXERCISED = "not_exercised"
UNKNOWN = "unknown"

_LONGEST_REASON = 500


@dataclass(frozen=True)
class Problem:
    """An exception and the phase (setup, call, teardown) in which it came."""

    when: str
    error: BaseException


@dataclass(frozen=True)
class Evidence:
    """All that a judgement rests on.

    `exchanges`: how often the engine was asked; `claims`: how often the scenario claimed anything; `hollow`:
    what it claimed of nothing at all.
    """

    problems: Sequence[Problem] = ()
    exchanges: int = 0
    kinds: frozenset[str] = frozenset()
    claims: int = 0
    hollow: Sequence[str] = ()
    disturbances: Sequence[Disturbance] = field(default=())


@dataclass(frozen=True)
class Judgement:
    """What is said of a scenario, and why where it is not simply passed.

    `blame`: what knows better than the scenario's marks which requirements are broken.
    """

    outcome: str
    reason: str = ""
    blame: GivenRefusedError | MismatchError | None = None


def judge(evidence: Evidence) -> Judgement:
    """Judge a scenario that has ended."""
    if not evidence.problems:
        return _judge_ended_well(evidence)
    return min((_judge_problem(problem, evidence) for problem in evidence.problems), key=_precedence)


def _judge_ended_well(evidence: Evidence) -> Judgement:
    if not evidence.exchanges:
        return Judgement(UNKNOWN, "vacuous: it ended without one exchange with the engine")
    if not evidence.kinds:
        return Judgement(UNKNOWN, "vacuous: it never looked at an answer")
    if evidence.hollow:
        return Judgement(UNKNOWN, f"vacuous: {evidence.hollow[0]}")
    if not evidence.claims:
        return Judgement(UNKNOWN, "vacuous: it claimed nothing of what it looked at")
    if idle := [disturbance.name for disturbance in evidence.disturbances if not disturbance.hits]:
        return Judgement(NOT_EXERCISED, f"never came into play: {', '.join(idle)}")
    return Judgement(PASSED)


def _judge_problem(problem: Problem, evidence: Evidence) -> Judgement:
    error = _leaf(problem.error)
    reason = one_line(error)
    if isinstance(error, pytest.skip.Exception):
        return Judgement(NOT_EXERCISED, reason)
    if isinstance(error, GivenRefusedError):
        return Judgement(BLOCKED, reason, error)
    if problem.when != "call" or not isinstance(error, AssertionError):
        return Judgement(UNKNOWN, f"{problem.when} crashed: {type(error).__name__}: {reason}")
    return _judge_failed_claim(error, reason, evidence)


def _judge_failed_claim(error: AssertionError, reason: str, evidence: Evidence) -> Judgement:
    if not (evidence.exchanges and evidence.kinds):
        return Judgement(UNKNOWN, f"it failed before it looked at an answer: {reason}")
    if idle := [it.name for it in evidence.disturbances if it.is_fault and not it.hits]:
        return Judgement(NOT_EXERCISED, f"the fault never fired: {', '.join(idle)}")
    return Judgement(FAILED, reason, error if isinstance(error, MismatchError) else None)


def _leaf(error: BaseException) -> BaseException:
    """Return what a group of errors is about: a crash of ours before an engine's failure."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [_leaf(inner) for inner in error.exceptions]
    return min(leaves, key=lambda leaf: isinstance(leaf, AssertionError))


def _precedence(judgement: Judgement) -> int:
    # A crash, in whatever phase, leaves nothing certain; a refused given explains what follows it.
    return (UNKNOWN, BLOCKED, FAILED, NOT_EXERCISED, PASSED).index(judgement.outcome)


def one_line(error: BaseException) -> str:
    """Return an error's message on one line of bearable length."""
    text = " ".join(str(error).split())
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"

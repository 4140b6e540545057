"""What follows from the rules: deny overrides; then role, then attributes, then caps.

Rule: pure. Each step is one function that returns a decision, or None to let the next one speak; the order is
the tuple at the end. Where no rule speaks, the answer is the quiet one: ALLOW, or the elevation asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from fakes.iam.access.conditions import fit
from fakes.iam.access.durations import seconds_of
from fakes.iam.access.rules import AnyRule, Attribute, Cap, Deny, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fakes.iam.access.question import Question
    from fakes.iam.access.rules import Policy

R = TypeVar("R", Deny, Role, Attribute, Cap)

ALLOW, DENY = "ALLOW", "DENY"
REQUIRED, GRANTED = "ELEVATION_REQUIRED", "ELEVATION_GRANTED"


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, and why; `lasts` are the seconds of an elevation that is granted."""

    decision: str
    reason: str
    lasts: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the rules that are about it (with their policy's id), and whether a grant covers it."""

    question: Question
    rules: tuple[tuple[str, AnyRule], ...]
    elevated: bool

    def of(self, kind: type[R]) -> Iterator[tuple[str, R]]:
        """Yield the rules of one kind."""
        return ((policy, rule) for policy, rule in self.rules if isinstance(rule, kind))


def decide(question: Question, policies: Iterable[Policy], *, elevated: bool) -> Decision:
    """Return the decision."""
    about = ((policy.id, rule) for policy in policies for rule in policy.rules if rule.is_about(question))
    case = Case(question, tuple(about), elevated)
    for step in STEPS:
        decision = step(case)
        if decision is not None:
            return decision
    return Decision(ALLOW, "nothing denies it")


def _denied(case: Case) -> Decision | None:
    for policy, rule in case.of(Deny):
        concerned = rule.roles is None or not case.question.roles.isdisjoint(rule.roles)
        if concerned and fit(rule.when, case.question):
            return Decision(DENY, _why(policy, rule, "denied"))
    return None


def _lacks_role(case: Case) -> Decision | None:
    for policy, rule in case.of(Role):
        if case.question.roles.isdisjoint(rule.roles):
            return Decision(DENY, _why(policy, rule, f"needs one of the roles {', '.join(rule.roles)}"))
    return None


def _lacks_attribute(case: Case) -> Decision | None:
    for policy, rule in case.of(Attribute):
        if not fit(rule.when, case.question):
            return Decision(DENY, _why(policy, rule, "the circumstances do not fit"))
    return None


def _beyond_cap(case: Case) -> Decision | None:
    caps = [(policy, rule) for policy, rule in case.of(Cap) if _applies(rule, case.question)]
    if _asks_elevation(case.question):
        return _elevation(case, caps)
    if caps and not case.elevated:
        return Decision(REQUIRED, _why(*caps[0], "needs an elevation"))
    return None


def _applies(rule: Cap, question: Question) -> bool:
    if rule.above_risk_score is None:
        return True
    # A risk that nobody tells is not a small one.
    return question.context is None or question.context.risk_score > rule.above_risk_score


def _asks_elevation(question: Question) -> bool:
    return question.elevation is not None and question.elevation.request


def _elevation(case: Case, caps: list[tuple[str, Cap]]) -> Decision:
    asked = case.question.elevation
    assert asked is not None
    lasts = seconds_of(asked.duration)
    if caps and case.question.action not in asked.scope:
        return Decision(REQUIRED, _why(*caps[0], f"needs an elevation for {case.question.action}"))
    for policy, rule in caps:
        if rule.max_duration is not None and lasts > seconds_of(rule.max_duration):
            return Decision(DENY, _why(policy, rule, f"no elevation lasts longer than {rule.max_duration}"))
        if rule.max_scope is not None and not set(asked.scope) <= set(rule.max_scope):
            return Decision(DENY, _why(policy, rule, f"no elevation goes beyond {', '.join(rule.max_scope)}"))
    return Decision(GRANTED, "elevated for a time", lasts)


def _why(policy: str, rule: AnyRule, fallback: str) -> str:
    return f"policy {policy}: {rule.reason or fallback}"


STEPS: tuple[Callable[[Case], Decision | None], ...] = (_denied, _lacks_role, _lacks_attribute, _beyond_cap)

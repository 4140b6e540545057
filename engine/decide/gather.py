"""5.3.2: everything a decide must know, asked in parallel."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from engine.dependencies.errors import RefusedError, UnavailableError
from engine.dependencies.governance import DEFAULT_QUIET_HOURS
from engine.dependencies.policy import MIRRORS_ONLY
from engine.edge.authentication import iam_refused, iam_unavailable
from engine.edge.errors import forbidden
from engine.values.surroundings import PolicyVerdict, Surroundings

if TYPE_CHECKING:
    from engine.services import Services
    from engine.values.caller import Caller
    from engine.values.surroundings import Facts

T = TypeVar("T")


class PolicyUnknownError(Exception):
    """Policy is unavailable and no snapshot may be relied on: there can be no decision."""


async def gathered(services: Services, caller: Caller, facts: Facts) -> Surroundings:
    """Ask everybody at once; who is not allowed to decide is refused, whatever the others say."""
    permission, standing, policy, standards, signals, quiet_hours = await asyncio.gather(
        services.iam.may_decide(caller),
        services.shelf.standing(facts.tenant_id, facts.actor_id),
        services.policy.evaluate(facts),
        services.standards.of(facts),
        services.ubi.recent_signals(facts.tenant_id, facts.actor_id),
        services.governance.quiet_hours(facts.tenant_id),
        return_exceptions=True,
    )
    _permitted(permission)
    held = _known(standing)
    lost: set[str] = set()
    return Surroundings(
        standing=held,
        policy=_policy(policy, lost, safety_critical=held.tenant_policy.safety_critical),
        standards=_or(MIRRORS_ONLY, standards, lost),
        recent_signals=_or((), signals, lost),
        quiet_hours=_or(DEFAULT_QUIET_HOURS, quiet_hours, lost),
        unavailable=frozenset(lost),
    )


def _permitted(answer: bool | BaseException) -> None:  # noqa: FBT001 -- an answer of gather
    if isinstance(answer, UnavailableError):
        raise iam_unavailable()
    if isinstance(answer, RefusedError):
        raise iam_refused(answer)
    if not _known(answer):
        raise forbidden("IAM does not allow this caller to decide.")


def _policy(answer: PolicyVerdict | BaseException, lost: set[str], *, safety_critical: bool) -> PolicyVerdict:
    """Return the verdict in force; for a safety-critical tenant only a fresh one is (5.4: fail closed)."""
    if isinstance(answer, UnavailableError) and not safety_critical:
        raise PolicyUnknownError(answer.reason)
    verdict = _or(PolicyVerdict(None), answer, lost)
    if verdict.stale:
        lost.add("policy")
    return PolicyVerdict(None) if verdict.stale and safety_critical else verdict


def _or(default: T, answer: T | BaseException, lost: set[str]) -> T:
    """Return the answer, or, where the dependency is unavailable, what holds then; and note the loss."""
    if isinstance(answer, UnavailableError):
        lost.add(answer.dependency)
        return default
    return _known(answer)


def _known(answer: T | BaseException) -> T:
    if isinstance(answer, BaseException):
        raise answer
    return answer

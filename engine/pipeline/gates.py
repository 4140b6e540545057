"""5.3.7 to 5.3.10: each gate takes actions away and never adds or changes one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.pipeline.quiet import is_quiet

if TYPE_CHECKING:
    from engine.values.action import Action
    from engine.values.playbook import QuietHours
    from engine.values.surroundings import PolicyVerdict, Standards, Surroundings
    from engine.values.words import ActionType


@dataclass(frozen=True, slots=True)
class Passage:
    """What came through the gates. `policy_took_all`: policy or standards took all that there was."""

    actions: tuple[Action, ...]
    policy_took_all: bool
    quiet: bool


def passed(actions: tuple[Action, ...], surroundings: Surroundings, hour: int) -> Passage:
    """Send actions through the gates in the order of 5.3."""
    allowed = by_standards(by_policy(actions, surroundings.policy), surroundings.standards)
    quiet = is_quiet(hour, surroundings.quiet_hours)
    heard = by_quiet_hours(allowed, surroundings.quiet_hours, hour)
    return Passage(
        actions=by_own_quiet_hours(heard, hour),
        policy_took_all=bool(actions) and not allowed,
        quiet=bool(allowed) and quiet,
    )


def by_policy(actions: tuple[Action, ...], verdict: PolicyVerdict) -> tuple[Action, ...]:
    """Nothing without a snapshot that allows; no type that it restricts."""
    snapshot = verdict.snapshot
    if snapshot is None or not snapshot.allowed:
        return ()
    return _without(actions, snapshot.restrictions)


def by_standards(actions: tuple[Action, ...], standards: Standards) -> tuple[Action, ...]:
    """Nothing where a standard forbids; no type that one restricts."""
    return _without(actions, standards.restrictions) if standards.allowed else ()


def by_quiet_hours(actions: tuple[Action, ...], hours: QuietHours, hour: int) -> tuple[Action, ...]:
    """Nothing in quiet hours."""
    return () if is_quiet(hour, hours) else actions


def by_own_quiet_hours(actions: tuple[Action, ...], hour: int) -> tuple[Action, ...]:
    """No action of a playbook in that playbook's own quiet hours."""
    return tuple(action for action in actions if not is_quiet(hour, action.limits.quiet_hours))


def _without(actions: tuple[Action, ...], types: frozenset[ActionType]) -> tuple[Action, ...]:
    return tuple(action for action in actions if action.type not in types)

"""5.3.7 to 5.3.10: each gate takes actions away, or surfaces of one; none ever adds anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.pipeline.quiet import is_quiet

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.values.action import Action
    from engine.values.playbook import QuietHours
    from engine.values.standing import Preferences, TenantPolicy
    from engine.values.surroundings import PolicyVerdict, Standards, Surroundings
    from engine.values.words import ActionType, Surface


@dataclass(frozen=True, slots=True)
class Passage:
    """What came through the gates. `policy_took_all`: policy and tenant policy left nothing."""

    actions: tuple[Action, ...]
    policy_took_all: bool
    quiet: bool


def passed(actions: tuple[Action, ...], surroundings: Surroundings, hour: int) -> Passage:
    """Send actions through the gates in the order of 5.3."""
    standing = surroundings.standing
    ruled = by_standards(by_policy(actions, surroundings.policy), surroundings.standards)
    allowed = by_tenant_policy(ruled, standing.tenant_policy)
    wanted = by_preferences(allowed, standing.preferences)
    hours = quiet_hours(standing.tenant_policy, surroundings.quiet_hours)
    return Passage(
        actions=by_own_quiet_hours(by_quiet_hours(wanted, hours, hour), hour),
        policy_took_all=bool(actions) and not allowed,
        quiet=bool(wanted) and is_quiet(hour, hours),
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


def by_tenant_policy(actions: tuple[Action, ...], policy: TenantPolicy) -> tuple[Action, ...]:
    """Only the types and surfaces that the tenant has enabled."""
    enabled = tuple(action for action in actions if action.type in policy.enabled_action_types)
    return _on(enabled, policy.enabled_surfaces)


def by_preferences(actions: tuple[Action, ...], preferences: Preferences) -> tuple[Action, ...]:
    """No type that the actor opted out of; only its preferred surfaces, if it prefers any."""
    wanted = _without(actions, preferences.opt_out_categories)
    return _on(wanted, preferences.preferred_surfaces) if preferences.preferred_surfaces else wanted


def quiet_hours(policy: TenantPolicy, governance: QuietHours) -> QuietHours:
    """Return the hours that hold: the tenant policy's, where it has any."""
    return governance if policy.quiet_hours is None else policy.quiet_hours


def by_quiet_hours(actions: tuple[Action, ...], hours: QuietHours, hour: int) -> tuple[Action, ...]:
    """Nothing in quiet hours."""
    return () if is_quiet(hour, hours) else actions


def by_own_quiet_hours(actions: tuple[Action, ...], hour: int) -> tuple[Action, ...]:
    """No action of a playbook in that playbook's own quiet hours."""
    return tuple(action for action in actions if not is_quiet(hour, action.limits.quiet_hours))


def _without(actions: tuple[Action, ...], types: Collection[ActionType]) -> tuple[Action, ...]:
    return tuple(action for action in actions if action.type not in types)


def _on(actions: tuple[Action, ...], surfaces: Collection[Surface]) -> tuple[Action, ...]:
    """Narrow each action to these surfaces; one that is left without any goes."""
    narrowed = (
        replace(action, surfaces=tuple(one for one in action.surfaces if one in surfaces))
        for action in actions
    )
    return tuple(action for action in narrowed if action.surfaces)

"""5.3.4: which playbooks fit the signal and the context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.values.words import SEVERITY_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values.playbook import Playbook, Trigger
    from engine.values.surroundings import Facts, Signal
    from engine.values.words import Severity


def matching(playbooks: Iterable[Playbook], facts: Facts) -> tuple[Playbook, ...]:
    """Return the playbooks with any trigger and all conditions fitting."""
    return tuple(playbook for playbook in playbooks if fits(playbook, facts))


def fits(playbook: Playbook, facts: Facts) -> bool:
    """Say whether one playbook fires for these facts."""
    content = playbook.content
    return _triggered(content.triggers, facts) and all(
        facts.holds(condition.type, condition.value) for condition in content.conditions
    )


def _triggered(triggers: tuple[Trigger, ...], facts: Facts) -> bool:
    if not triggers:
        return True
    signal = facts.signal
    return signal is not None and any(_fits_signal(trigger, signal, facts.roles) for trigger in triggers)


def _fits_signal(trigger: Trigger, signal: Signal, roles: frozenset[str]) -> bool:
    return (
        (trigger.event_type is None or trigger.event_type == signal.event_type)
        and (trigger.source is None or trigger.source == signal.source)
        and (trigger.severity is None or _at_least(signal.severity, trigger.severity))
        and (trigger.actor_roles is None or not roles.isdisjoint(trigger.actor_roles))
    )


def _at_least(severity: Severity | None, wanted: Severity) -> bool:
    return severity is not None and SEVERITY_ORDER[severity] >= SEVERITY_ORDER[wanted]

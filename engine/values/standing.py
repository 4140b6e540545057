"""What an actor and its tenant have said, long before a decide, of what may reach the actor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.values.published import Published
from engine.values.words import ACTION_TYPES, SURFACES

if TYPE_CHECKING:
    from datetime import datetime

    from engine.values.playbook import QuietHours
    from engine.values.words import ActionType, Surface


@dataclass(frozen=True, slots=True)
class Quotas:
    """A tenant's quotas per actor, over all types."""

    max_actions_per_hour: int = 3
    max_actions_per_day: int = 10


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an actor wants. No preferred surface means all of them; the other lists mean what they say."""

    opt_out_categories: tuple[ActionType, ...] = ()
    preferred_surfaces: tuple[Surface, ...] = ()
    snooze_until: datetime | None = None

    def snoozed(self, now: datetime) -> bool:
        """Say whether the actor wants nothing at all now."""
        return self.snooze_until is not None and now < self.snooze_until


@dataclass(frozen=True, slots=True)
class TenantPolicy:
    """What a tenant lets its actors see. An empty list means none; no quiet hours: governance's hold."""

    enabled_surfaces: tuple[Surface, ...] = SURFACES
    enabled_action_types: tuple[ActionType, ...] = ACTION_TYPES
    quotas: Quotas = Quotas()
    quiet_hours: QuietHours | None = None
    safety_critical: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it, as last written, with what the tenant has published."""

    playbooks: Published = field(default_factory=Published)
    preferences: Preferences = Preferences()
    tenant_policy: TenantPolicy = TenantPolicy()

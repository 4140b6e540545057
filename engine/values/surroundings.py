"""What a decide knows: the facts of the request, and what the dependencies said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.values.playbook import QuietHours
    from engine.values.standing import Standing
    from engine.values.words import ActionType, ActorType, ConditionType, Environment, Severity, Source


_FACTS = {"branch": "branch", "repo": "repo_id", "actor_type": "claimed_type", "environment": "environment"}


@dataclass(frozen=True, slots=True)
class Signal:
    """The signal of a request, without its payload."""

    signal_id: str | None = None
    source: str | None = None
    event_type: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Who and where. `roles` and `claimed_type` are the token's; `actor_type` is the actor's."""

    tenant_id: str
    actor_id: str
    actor_type: ActorType
    claimed_type: str
    roles: frozenset[str]
    source: Source = "ide"
    repo_id: str | None = None
    branch: str | None = None
    environment: Environment | None = None
    signal: Signal | None = None

    @property
    def event_type(self) -> str | None:
        """Return what happened, where the request says so."""
        return self.signal.event_type if self.signal else None

    def holds(self, kind: ConditionType, value: str) -> bool:
        """Say whether a fact of this kind has this value; of an unknown kind, none has."""
        if kind == "role":
            return value in self.roles
        return kind in _FACTS and getattr(self, _FACTS[kind]) == value


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What policy said, and when it was fresh."""

    allowed: bool
    policy_snapshot_id: str
    policy_version_ids: tuple[str, ...]
    restrictions: frozenset[ActionType]
    snapshot_hash: str


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """The snapshot in force. None: nothing is allowed, since policy refused to say (4xx) or must be fresh."""

    snapshot: Snapshot | None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Standards:
    """What the gold standards leave: nothing, or all but the restricted types."""

    allowed: bool
    restrictions: frozenset[ActionType]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that was gathered. `quiet_hours` are governance's; `unavailable` could not be asked."""

    policy: PolicyVerdict
    standards: Standards
    recent_signals: tuple[str, ...]
    quiet_hours: QuietHours
    standing: Standing
    unavailable: frozenset[str]

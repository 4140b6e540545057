"""What /decision is asked, as a value."""

from __future__ import annotations

from typing import Any

import msgspec

from fakes.iam.access.roles import effective


class Subject(msgspec.Struct, frozen=True):
    """Who wants to."""

    sub: str
    roles: tuple[str, ...]
    attributes: dict[str, Any] = {}

    @property
    def tenant(self) -> str | None:
        """Return the tenant, where the attributes name one: the contract has no other place for it."""
        value = self.attributes.get("tenant_id")
        return value if isinstance(value, str) else None


class Context(msgspec.Struct, frozen=True):
    """In what circumstances."""

    time: str
    device_posture: str
    location: str
    risk_score: float


class Elevation(msgspec.Struct, frozen=True):
    """More rights for a time: for which actions, and how long (ISO 8601)."""

    request: bool
    scope: tuple[str, ...]
    duration: str


class Question(msgspec.Struct, frozen=True):
    """Whether this subject may do this to that."""

    subject: Subject
    action: str
    resource: str
    context: Context | None = None
    elevation: Elevation | None = None

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles that count."""
        return effective(self.subject.roles)

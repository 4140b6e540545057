"""Data governance: a tenant's quiet hours and, for the retention job, how long to keep what."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from engine.dependencies.errors import RefusedError
from engine.dependencies.http import Dependency
from engine.values.playbook import QuietHours
from engine.values.wire import Whole, Wire

DEFAULT_QUIET_HOURS = QuietHours(start=22, end=6)
_NOT_FOUND = 404
Days = Annotated[Whole, Field(ge=1)]


class _RetentionDays(Wire):
    decisions: Days
    outcomes: Days


class _Config(Wire):
    quiet_hours: QuietHours
    retention_days: _RetentionDays
    legal_hold: bool
    data_residency: str
    privacy_tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days to keep what; under a legal hold, for ever."""

    decisions: int = 90
    outcomes: int = 365
    legal_hold: bool = False


@dataclass(frozen=True, slots=True)
class Governance:
    """Asks for a tenant's configuration, each time anew."""

    service: Dependency

    async def quiet_hours(self, tenant_id: str) -> QuietHours:
        """Return the tenant's quiet hours; the default ones where governance has no answer for it."""
        try:
            config = await self._config(tenant_id)
        except RefusedError:
            return DEFAULT_QUIET_HOURS
        return config.quiet_hours

    async def retention(self, tenant_id: str) -> Retention:
        """Return how long to keep what; the default where governance knows nothing of the tenant.

        Whoever cannot be told, by whatever answer or none, does not know whether there is a legal hold.
        """
        try:
            config = await self._config(tenant_id)
        except RefusedError as refusal:
            if refusal.status != _NOT_FOUND:
                raise
            return Retention()
        return Retention(config.retention_days.decisions, config.retention_days.outcomes, config.legal_hold)

    async def _config(self, tenant_id: str) -> _Config:
        path = f"/v1/data-governance/tenants/{quote(tenant_id, safe='')}/config"
        return await self.service.ask("GET", path, _Config.model_validate_json)

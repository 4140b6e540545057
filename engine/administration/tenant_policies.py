"""What a tenant lets its actors see, as its admins change it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.administration.change import Change, tell, witness
from engine.storage import tenant_policies
from engine.storage.tenant_policies import StoredPolicy
from engine.values.ids import new_id
from engine.values.standing import TenantPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.services import Services
    from engine.values.caller import Caller


class TenantPolicyAdministration:
    """One admin's hand on the policy of its tenant."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self._services = services
        self._caller = caller

    async def read(self) -> StoredPolicy:
        """Return the tenant's policy; where nobody has said: the defaults, as of now, under a passing id."""
        async with self._services.database.reading() as connection:
            found = await tenant_policies.find(connection, self._caller.tenant_id)
        return found or self._fresh(datetime.now(UTC))

    async def change(self, changes: Mapping[str, Any], quotas: Mapping[str, int]) -> StoredPolicy:
        """Keep what is said, of the quotas too, and leave the rest as it was."""
        now = datetime.now(UTC)
        async with self._services.database.writing() as connection:
            before = await tenant_policies.hold(connection, self._fresh(now))
            terms = replace(before.terms, **changes, quotas=replace(before.terms.quotas, **quotas))
            after = replace(before, terms=terms, updated_at=max(now, before.updated_at))
            await tenant_policies.put(connection, after)
            change = Change("tenant_policy.update", after.policy_id, _summary(before), _summary(after))
            entry = await witness(self._services, connection, self._caller, change, now)
        tell(self._services, self._caller, change, entry)
        return after

    def _fresh(self, now: datetime) -> StoredPolicy:
        return StoredPolicy(new_id(), self._caller.tenant_id, TenantPolicy(), now, now)


def _summary(stored: StoredPolicy) -> Mapping[str, Any]:
    return {"policy_id": stored.policy_id, **terms(stored.terms)}


def terms(policy: TenantPolicy) -> dict[str, Any]:
    """Return a policy's terms as JSON has them."""
    quiet = policy.quiet_hours
    return {
        "enabled_surfaces": list(policy.enabled_surfaces),
        "enabled_action_types": list(policy.enabled_action_types),
        "quotas": asdict(policy.quotas),
        "quiet_hours": quiet.model_dump() if quiet else None,
        "safety_critical": policy.safety_critical,
    }

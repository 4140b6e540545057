"""What tenants let their actors see: one record for each tenant that ever said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from engine.storage.records import held, listed, unlisted
from engine.storage.schema import TENANT_POLICIES
from engine.values.playbook import QuietHours
from engine.values.standing import Quotas, TenantPolicy

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncConnection

_KEY = (TENANT_POLICIES.c.tenant_id,)


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A tenant's policy, and since when."""

    policy_id: str
    tenant_id: str
    terms: TenantPolicy
    created_at: datetime
    updated_at: datetime


async def find(connection: AsyncConnection, tenant_id: str) -> StoredPolicy | None:
    """Return what a tenant has said, if anything."""
    wanted = select(TENANT_POLICIES).where(TENANT_POLICIES.c.tenant_id == tenant_id)
    row = (await connection.execute(wanted)).one_or_none()
    return _stored(row) if row else None


async def hold(connection: AsyncConnection, fresh: StoredPolicy) -> StoredPolicy:
    """Return the tenant's record, or the fresh one; nobody else changes it until the transaction ends."""
    return _stored(await held(connection, TENANT_POLICIES, _KEY, _row(fresh)))


async def put(connection: AsyncConnection, policy: StoredPolicy) -> None:
    """Keep a record's new state."""
    same = TENANT_POLICIES.c.policy_id == policy.policy_id
    await connection.execute(update(TENANT_POLICIES).where(same).values(_row(policy)))


def terms_of(row: Row[Any]) -> TenantPolicy:
    """Read what a row says the tenant allows."""
    quiet = None if row.quiet_start is None else QuietHours(start=row.quiet_start, end=row.quiet_end)
    return TenantPolicy(
        enabled_surfaces=unlisted(row.enabled_surfaces),
        enabled_action_types=unlisted(row.enabled_action_types),
        quotas=Quotas(row.max_actions_per_hour, row.max_actions_per_day),
        quiet_hours=quiet,
        safety_critical=row.safety_critical,
    )


def _row(policy: StoredPolicy) -> dict[str, Any]:
    terms = policy.terms
    return {
        "policy_id": policy.policy_id,
        "tenant_id": policy.tenant_id,
        "enabled_surfaces": listed(terms.enabled_surfaces),
        "enabled_action_types": listed(terms.enabled_action_types),
        "max_actions_per_hour": terms.quotas.max_actions_per_hour,
        "max_actions_per_day": terms.quotas.max_actions_per_day,
        "quiet_start": terms.quiet_hours.start if terms.quiet_hours else None,
        "quiet_end": terms.quiet_hours.end if terms.quiet_hours else None,
        "safety_critical": terms.safety_critical,
        "created_at": policy.created_at,
        "updated_at": policy.updated_at,
    }


def _stored(row: Row[Any]) -> StoredPolicy:
    return StoredPolicy(
        policy_id=row.policy_id,
        tenant_id=row.tenant_id,
        terms=terms_of(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

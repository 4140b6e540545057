"""What a decide must know as last written, read in one statement: each decide pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, literal_column, select

from engine.storage.preferences import wishes_of
from engine.storage.schema import PREFERENCES, STAMPS, TENANT_POLICIES
from engine.storage.tenant_policies import terms_of
from engine.storage.types import AnyText
from engine.values.standing import Preferences, TenantPolicy

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Noted:
    """What the statement found; `stamp` changes whenever the tenant's playbooks do."""

    stamp: int
    preferences: Preferences
    tenant_policy: TenantPolicy


def _statement() -> Select[Any]:
    """Join what may be there, each on its own key, to one row that is always there."""
    tenant, actor = bindparam("tenant", type_=AnyText), bindparam("actor", type_=AnyText)
    always = select(literal_column("1").label("one")).subquery()
    found = (
        always.outerjoin(STAMPS, STAMPS.c.tenant_id == tenant)
        .outerjoin(TENANT_POLICIES, TENANT_POLICIES.c.tenant_id == tenant)
        .outerjoin(PREFERENCES, (PREFERENCES.c.tenant_id == tenant) & (PREFERENCES.c.actor_id == actor))
    )
    return select(STAMPS.c.stamp, *_own(TENANT_POLICIES), *_own(PREFERENCES)).select_from(found)


def _own(table: Any) -> list[Any]:  # noqa: ANN401 -- a table, and its columns of any type
    """Return the columns whose names no other table has."""
    shared = {"tenant_id", "actor_id", "created_at", "updated_at"}
    return [column for column in table.c if column.name not in shared]


_STANDING = _statement()


async def noted(connection: AsyncConnection, tenant_id: str, actor_id: str) -> Noted:
    """Return what holds for an actor now; the defaults where nobody has said anything."""
    row = (await connection.execute(_STANDING, {"tenant": tenant_id, "actor": actor_id})).one()
    return Noted(
        stamp=row.stamp or 0,
        preferences=wishes_of(row) if row.preference_id else Preferences(),
        tenant_policy=terms_of(row) if row.policy_id else TenantPolicy(),
    )

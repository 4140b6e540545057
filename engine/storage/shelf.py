"""What holds for an actor, always as last written on any replica; playbooks are parsed once per change."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from engine.storage import playbooks
from engine.storage.standing import noted
from engine.values.published import published
from engine.values.standing import Standing

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.storage.database import Database
    from engine.values.published import Published

TENANTS_KEPT = 1_000


class Shelf:
    """Reads one row at each decide, and a tenant's playbooks only when their stamp has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[str, tuple[int, Published]] = OrderedDict()

    async def standing(self, tenant_id: str, actor_id: str) -> Standing:
        """Return what may fire for the tenant now, and what actor and tenant have said."""
        async with self._database.reading() as connection:
            found = await noted(connection, tenant_id, actor_id)
            firing = await self._published(connection, tenant_id, found.stamp)
        return Standing(firing, found.preferences, found.tenant_policy)

    async def _published(self, connection: AsyncConnection, tenant_id: str, stamp: int) -> Published:
        kept = self._kept.get(tenant_id)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        found = published(await playbooks.published(connection, tenant_id))
        self._keep(tenant_id, stamp, found)
        return found

    def _keep(self, tenant_id: str, stamp: int, found: Published) -> None:
        """Keep under the stamp that was read first: a change in between has a newer one."""
        self._kept[tenant_id] = (stamp, found)
        self._kept.move_to_end(tenant_id)
        if len(self._kept) > TENANTS_KEPT:
            self._kept.popitem(last=False)

"""Published playbooks, always as last written on any replica, parsed once per change."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from engine.storage import playbooks
from engine.values.published import published

if TYPE_CHECKING:
    from engine.storage.database import Database
    from engine.values.published import Published

TENANTS_KEPT = 1_000


class Shelf:
    """Reads a tenant's stamp at each decide, and its playbooks only when the stamp has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[str, tuple[int, Published]] = OrderedDict()

    async def published(self, tenant_id: str) -> Published:
        """Return what may fire for the tenant now."""
        async with self._database.reading() as connection:
            stamp = await playbooks.stamp(connection, tenant_id)
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

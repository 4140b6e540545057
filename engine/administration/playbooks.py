"""Playbooks, as admins create, change, publish and deprecate them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.administration.change import change_receipt, summary
from engine.administration.versions import changed, newest, open_for_change
from engine.receipts.entry import receipt_entry
from engine.storage import outbox, playbooks
from engine.storage.playbooks import StoredPlaybook
from engine.values.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.services import Services
    from engine.storage.outbox import Entry
    from engine.values.caller import Caller
    from engine.values.playbook import Content


class PlaybookAdministration:
    """One admin's hand on the playbooks of one tenant."""

    def __init__(self, services: Services, caller: Caller) -> None:
        self._services = services
        self._caller = caller

    async def create(self, content: Content) -> StoredPlaybook:
        """Keep a new draft."""
        now = datetime.now(UTC)
        tenant_id = self._caller.tenant_id
        made = StoredPlaybook(new_id(), 1, tenant_id, "draft", content, created_at=now, updated_at=now)
        async with self._services.database.writing() as connection:
            await playbooks.add(connection, made)
            entry = await self._witness(connection, "playbook.create", now, None, made)
        self._tell(entry, "playbook.create", None, made)
        return made

    async def update(self, playbook_id: str, changes: Mapping[str, Any]) -> StoredPlaybook:
        """Alter the draft, or begin one; what is published goes on as it is."""
        now = datetime.now(UTC)
        async with self._services.database.writing() as connection:
            history = await self._history(connection, playbook_id)
            after = changed(history, changes, now)
            if after.revision == history[0].revision:
                await playbooks.put(connection, after)
            else:
                await playbooks.add(connection, after)
            entry = await self._witness(connection, "playbook.update", now, history[0], after)
        self._tell(entry, "playbook.update", history[0], after)
        return after

    async def publish(self, playbook_id: str) -> StoredPlaybook:
        """Let the draft fire, in place of what fired before; to publish again changes nothing."""
        now = datetime.now(UTC)
        async with self._services.database.writing() as connection:
            history = await self._history(connection, playbook_id)
            before = open_for_change(history)
            if before.status == "published":
                return before
            after = replace(before, status="published", updated_at=now)
            await self._replace(connection, history, after)
            entry = await self._witness(connection, "playbook.publish", now, before, after)
        self._tell(entry, "playbook.publish", before, after)
        return after

    async def deprecate(self, playbook_id: str) -> None:
        """Let no version fire again; to deprecate again changes nothing."""
        now = datetime.now(UTC)
        async with self._services.database.writing() as connection:
            history = await self._history(connection, playbook_id)
            before = newest(history)
            if before.status == "deprecated":
                return
            after = replace(before, status="deprecated", updated_at=now)
            await self._replace(connection, history, after)
            entry = await self._witness(connection, "playbook.deprecate", now, before, after)
        self._tell(entry, "playbook.deprecate", before, after)

    async def _history(self, connection: AsyncConnection, playbook_id: str) -> list[StoredPlaybook]:
        return await playbooks.history(connection, self._caller.tenant_id, playbook_id)

    async def _replace(
        self, connection: AsyncConnection, history: Sequence[StoredPlaybook], after: StoredPlaybook
    ) -> None:
        """Keep the newest revision's new state; it is the only one in sight from now on."""
        for older in history[1:]:
            await playbooks.supersede(connection, older)
        await playbooks.put(connection, after)

    async def _witness(
        self,
        connection: AsyncConnection,
        what: str,
        now: datetime,
        before: StoredPlaybook | None,
        after: StoredPlaybook,
    ) -> Entry:
        receipt = change_receipt(self._caller, what, now, before=before, after=after)
        entry = receipt_entry(receipt, self._services.key, now)
        await outbox.add(connection, [entry], now)
        return entry

    def _tell(self, entry: Entry, what: str, before: StoredPlaybook | None, after: StoredPlaybook) -> None:
        """Once it is kept for good: deliver the receipt and write down who did it."""
        self._services.courier.post(entry)
        self._services.audit.record(self._caller, what, after.playbook_id, summary(before), summary(after))

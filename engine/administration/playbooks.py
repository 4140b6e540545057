"""Playbooks, as admins create, change, publish and deprecate them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.administration.change import Change, tell, witness
from engine.administration.versions import changed, newest, open_for_change
from engine.storage import playbooks
from engine.storage.playbooks import StoredPlaybook
from engine.values.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.services import Services
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
            change = _change("playbook.create", None, made)
            entry = await witness(self._services, connection, self._caller, change, now)
        tell(self._services, self._caller, change, entry)
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
            change = _change("playbook.update", history[0], after)
            entry = await witness(self._services, connection, self._caller, change, now)
        tell(self._services, self._caller, change, entry)
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
            change = _change("playbook.publish", before, after)
            entry = await witness(self._services, connection, self._caller, change, now)
        tell(self._services, self._caller, change, entry)
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
            change = _change("playbook.deprecate", before, after)
            entry = await witness(self._services, connection, self._caller, change, now)
        tell(self._services, self._caller, change, entry)

    async def _history(self, connection: AsyncConnection, playbook_id: str) -> list[StoredPlaybook]:
        return await playbooks.history(connection, self._caller.tenant_id, playbook_id)

    async def _replace(
        self, connection: AsyncConnection, history: Sequence[StoredPlaybook], after: StoredPlaybook
    ) -> None:
        """Keep the newest revision's new state; it is the only one in sight from now on."""
        for older in history[1:]:
            await playbooks.supersede(connection, older)
        await playbooks.put(connection, after)


def _change(what: str, before: StoredPlaybook | None, after: StoredPlaybook) -> Change:
    version = (after.playbook_id, after.content.version)
    return Change(what, after.playbook_id, _summary(before), _summary(after), playbooks=(version,))


def _summary(playbook: StoredPlaybook | None) -> Mapping[str, Any] | None:
    """Return what identifies a state of a playbook; the digest stands for its texts."""
    if playbook is None:
        return None
    content = playbook.content
    return {
        "playbook_id": playbook.playbook_id,
        "version": content.version,
        "status": playbook.status,
        "action_types": [action.type for action in content.actions],
        "content_sha256": hashlib.sha256(content.model_dump_json().encode()).hexdigest(),
    }

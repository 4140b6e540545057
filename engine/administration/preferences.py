"""What an actor wants, as the actor changes it; a change by somebody else has a witness."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.administration.change import Change, tell, witness
from engine.storage import preferences
from engine.storage.preferences import StoredPreferences
from engine.values.ids import new_id
from engine.values.standing import Preferences
from engine.values.wire import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.services import Services
    from engine.values.caller import Caller


class PreferenceKeeping:
    """A caller's hand on the preferences of one actor of its tenant."""

    def __init__(self, services: Services, caller: Caller, actor_id: str) -> None:
        self._services = services
        self._caller = caller
        self._actor_id = actor_id

    async def read(self) -> StoredPreferences:
        """Return what the actor wants; where nobody has said: everything, as of now, under a passing id."""
        async with self._services.database.reading() as connection:
            found = await preferences.find(connection, self._caller.tenant_id, self._actor_id)
        return found or self._fresh(datetime.now(UTC))

    async def change(self, what: str, changes: Mapping[str, Any], now: datetime) -> StoredPreferences:
        """Keep what is said, and leave the rest as it was."""
        async with self._services.database.writing() as connection:
            before = await preferences.hold(connection, self._fresh(now))
            wishes = replace(before.wishes, **changes)
            after = replace(before, wishes=wishes, updated_at=max(now, before.updated_at))
            await preferences.put(connection, after)
            if self._actor_id == self._caller.sub:
                return after
            change = Change(what, after.preference_id, _summary(before), _summary(after))
            entry = await witness(self._services, connection, self._caller, change, now)
        tell(self._services, self._caller, change, entry)
        return after

    def _fresh(self, now: datetime) -> StoredPreferences:
        tenant_id = self._caller.tenant_id
        return StoredPreferences(new_id(), tenant_id, self._actor_id, Preferences(), now, now)


def _summary(stored: StoredPreferences) -> Mapping[str, Any]:
    """Return what the actor wanted, without who it is."""
    return {"preference_id": stored.preference_id, **wanted(stored.wishes)}


def wanted(wishes: Preferences) -> dict[str, Any]:
    """Return an actor's wishes as JSON has them."""
    return {
        "opt_out_categories": list(wishes.opt_out_categories),
        "preferred_surfaces": list(wishes.preferred_surfaces),
        "snooze_until": told(wishes.snooze_until),
    }

"""Forgets what has arrived, many entries at a time: one transaction a tenth of a second, not one each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.storage import outbox
from engine.storage.database import StorageUnavailableError

if TYPE_CHECKING:
    from engine.storage.database import Database

GATHER_SECONDS = 0.1


class Arrivals:
    """Collects the ids of delivered entries. What is lost with the process is delivered twice, harmlessly."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._arrived: list[str] = []
        self._some = asyncio.Event()

    def add(self, entry_id: str) -> None:
        """Remember that an entry has arrived."""
        self._arrived.append(entry_id)
        self._some.set()

    async def run(self) -> None:
        """Forget what has arrived, for as long as the engine lives."""
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHER_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Forget what has arrived up to now; what cannot be forgotten yet is kept for the next time."""
        arrived, self._arrived = self._arrived, []
        self._some.clear()
        if not arrived:
            return
        try:
            async with self._database.writing() as connection:
                await outbox.forget(connection, arrived)
        except StorageUnavailableError:
            self._arrived += arrived
            self._some.set()

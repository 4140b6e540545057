"""The memory backend: no server, no socket, and a clock of ours."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fakes.redis.memory.session import MemorySession
from fakes.redis.memory.store import Store

if TYPE_CHECKING:
    from fakes.redis.backend import Listener
    from fakes.shape.clock import Clock

_NOBODY = ("127.0.0.1:0", "127.0.0.1:0")


class MemoryBackend:
    """One store for all clients; nothing is kept when it stops."""

    def __init__(self, clock: Clock = time.time) -> None:
        self._store = Store(clock)

    async def start(self) -> None:
        """Be ready, as it is at once."""

    async def open(self, listener: Listener, address: tuple[str, str]) -> MemorySession:
        """Return a session on the store."""
        addr, laddr = address
        return MemorySession(self._store, listener, {"addr": addr, "laddr": laddr, "fd": 8})

    async def open_own(self, listener: Listener) -> MemorySession:
        """Return a session that comes from nowhere."""
        return await self.open(listener, _NOBODY)

    async def stop(self) -> None:
        """Forget the data."""
        self._store.forget()

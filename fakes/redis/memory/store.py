"""The data of the memory backend, for all of its clients; the clock is the fake's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeredis import FakeServer

if TYPE_CHECKING:
    from fakes.redis.memory.lua import Lua
    from fakes.shape.clock import Clock

VERSION = "9.1.2"  # of the Valkey whose answers these are
REDIS_VERSION = "7.2.4"  # what that Valkey says for the sake of older clients


class Store(FakeServer):
    """fakeredis' server: databases, subscribers, scripts; its time is what the clock says."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(version=(9, 1), server_type="valkey")
        self.clock = clock
        self.started = clock()
        self.lua: Lua | None = None
        self.compiled: dict[bytes, Any] = {}

    def set_time(self) -> None:
        """Let every database know what time it is."""
        now = self.clock()
        for database in self.dbs.values():
            database.time = now

    def forget(self) -> None:
        """Empty every database and the script cache."""
        with self.lock:
            for database in self.dbs.values():
                database.clear()
            self.script_cache.clear()
            self.compiled.clear()

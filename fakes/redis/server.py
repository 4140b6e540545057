"""The Redis fake: a front end of ours, on a port, over one of two backends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fakes.http.listening import LOOPBACK, listen
from fakes.redis.connection import Connection
from fakes.redis.control import RedisApplication
from fakes.redis.stage import Stage

if TYPE_CHECKING:
    import asyncio

    from fakes.redis.backend import Backend
    from fakes.shape.clock import Clock


class RedisServer:
    """Serves one backend; `control` is its control API, for an HttpServer.

    `stop` leaves no connection open, hung ones included.
    """

    def __init__(self, backend: Backend, clock: Clock = time.time) -> None:
        self._stage = Stage(backend, clock)
        self._server: asyncio.Server | None = None
        self.control = RedisApplication(self._stage)

    async def start(self, port: int = 0, host: str = LOOPBACK) -> str:
        """Listen (on a free port by default) and return the URL; commands are answered from then on.

        Where it listens everywhere, the URL is the one of this machine.
        """
        await self._stage.backend.start()
        self._server, place = await listen(self._connect, host, port)
        return f"redis://{place}/0"

    def _connect(self) -> Connection:
        return Connection(self._stage)

    async def stop(self) -> None:
        """Stop listening and drop every connection at once."""
        if self._server is None:
            return
        self._server.close()
        open_connections = tuple(self._stage.peers)
        for connection in open_connections:
            connection.drop()
        for connection in open_connections:
            await connection.gone()
        self._stage.asker.close()
        await self._stage.backend.stop()
        await self._server.wait_closed()
        self._server = None

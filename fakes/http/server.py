"""A listening socket with an application behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fakes.http.connection import Connection
from fakes.http.heads import Heads
from fakes.http.limits import DEFAULT, Limits
from fakes.http.listening import LOOPBACK, listen
from fakes.http.turn import Turn

if TYPE_CHECKING:
    from fakes.http.link import Application

_LOOKS = 4
"""How often in the time that a request may take to become whole it is looked whether one has not."""


class HttpServer:
    """Serves one application; `stop` leaves no connection open, hung ones included."""

    def __init__(self, application: Application, limits: Limits = DEFAULT) -> None:
        self._application = application
        self._limits = limits
        self._connections: set[Connection] = set()
        self._turn = Turn()
        self._heads = Heads(limits)
        self._server: asyncio.Server | None = None
        self._look: asyncio.TimerHandle | None = None

    async def start(self, port: int = 0, host: str = LOOPBACK) -> str:
        """Listen (on a free port by default) and return the URL; connections are taken from then on.

        Where it listens everywhere, the URL is the one of this machine.
        """
        self._server, place = await listen(self._connect, host, port)
        self._look_later()
        return f"http://{place}"

    def _connect(self) -> Connection:
        return Connection(self._application, self._connections, self._turn, self._limits, self._heads)

    # One timer for all connections, not one for each request: it costs the requests nothing.

    def _look_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._look = loop.call_later(self._limits.seconds / _LOOKS, self._look_for_the_slow)

    def _look_for_the_slow(self) -> None:
        begun_before = asyncio.get_running_loop().time() - self._limits.seconds
        for connection in tuple(self._connections):
            connection.end_if_slow(begun_before)
        self._look_later()

    async def stop(self) -> None:
        """Stop listening and drop every connection at once."""
        if self._server is None:
            return
        self._server.close()
        if self._look is not None:
            self._look.cancel()
        open_connections = tuple(self._connections)
        for connection in open_connections:
            connection.drop()
        for connection in open_connections:
            await connection.gone()
        await self._server.wait_closed()
        self._server = None

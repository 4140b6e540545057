"""A relay: takes connections on a port of its own and hands all on to one place, until it is told not to.

Rule: what is lost stays lost. Nothing that was swallowed arrives later, so that healing repeats nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fakes.http.listening import listen
from harness.lines.end import End
from harness.processes import LOOPBACK
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CUT = "cut"
SILENT = "never_answer"
MOMENTS = 1000
"""Of so many strikes the moment is kept: some engines try again without a pause."""


@dataclass(slots=True)
class Loss:
    """How a line is disturbed, since when, how often it really struck, and when (the first times)."""

    fault: str
    armed_at: str = field(default_factory=now)
    fired_at: list[str] = field(default_factory=list)
    times: int = 0

    def strike(self) -> None:
        """Note that somebody has suffered it."""
        self.times += 1
        if self.times <= MOMENTS:
            self.fired_at.append(now())


class Relay:
    """Links whoever connects to it with the place behind it. All of it belongs to one event loop."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._callers: set[End] = set()
        self._ends: set[End] = set()
        self._linking: set[asyncio.Task[None]] = set()
        self._loss: Loss | None = None

    async def cut(self) -> None:
        """Close every connection, and from now on each new one at once."""
        self._loss = Loss(CUT)
        for _ in self._callers:
            self._loss.strike()
        await self._end(tuple(self._ends))

    async def fall_silent(self) -> None:
        """Take connections and all that is said on them, hand nothing on in either direction."""
        self._loss = Loss(SILENT)

    async def heal(self) -> Loss | None:
        """Be whole again; connections on which something was lost are closed. Return what is over."""
        loss, self._loss = self._loss, None
        await self._end(tuple(end for end in self._ends if end.lost))
        return loss

    async def times_struck(self) -> int:
        """Return how often what is wrong with it has been suffered."""
        return self._loss.times if self._loss else 0

    @property
    def silent(self) -> bool:
        """Tell whether nothing is handed on now."""
        return self._loss is not None and self._loss.fault == SILENT

    def swallow(self) -> bool:
        """Lose what somebody says, where the line is silent; tell whether it was lost."""
        if self._loss is None or not self.silent:
            return False
        self._loss.strike()
        return True

    def closed(self, end: End) -> None:
        """Forget an end that is no more."""
        self._ends.discard(end)
        self._callers.discard(end)

    def speak(self) -> End:
        """Return what takes the next connection."""
        return End(self, self._called)

    async def stop(self) -> None:
        """Leave no connection open."""
        for linking in tuple(self._linking):
            linking.cancel()
        await asyncio.gather(*self._linking, return_exceptions=True)
        await self._end(tuple(self._ends))

    def _called(self, caller: End) -> None:
        self._ends.add(caller)
        self._callers.add(caller)
        if self._loss is None:
            linking = asyncio.get_running_loop().create_task(self._link(caller))
            self._linking.add(linking)
            linking.add_done_callback(self._linking.discard)
        elif self._loss.fault == CUT:
            self._loss.strike()
            caller.abort()
        else:
            caller.lost = True

    async def _link(self, caller: End) -> None:
        """Connect to the place for a caller, who loses its connection where nobody is there."""

        def made(end: End) -> None:
            self._ends.add(end)
            caller.join(end)

        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: End(self, made), self._host, self._port)
        except OSError:
            caller.abort()

    @staticmethod
    async def _end(ends: tuple[End, ...]) -> None:
        for end in ends:
            end.abort()
        for end in ends:
            await end.gone.wait()


@contextlib.asynccontextmanager
async def relay_to(host: str, port: int) -> AsyncIterator[tuple[Relay, str]]:
    """Run a relay to a place as long as the context lasts; yield it and where it listens (`host:port`)."""
    relay = Relay(host, port)
    server, where = await listen(relay.speak, LOOPBACK, 0)
    try:
        yield relay, where
    finally:
        server.close()
        await relay.stop()
        await server.wait_closed()

"""One client's connection: bytes in, commands to the backend, replies out in the same order.

Rules: commands that no script could mean go on as they came, however many at a time. Once one could, they go
one by one, each when all before it have been answered. A client that does not read is not read from. One that
says no more is still answered, as the backend sees fit.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import TYPE_CHECKING, cast

from fakes.redis.backend import BackendError, BackendGoneError
from fakes.redis.client import TELLING, Standing
from fakes.redis.debts import Debts
from fakes.redis.one_by_one import serve_one_by_one
from fakes.redis.requests import Requests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakes.redis.backend import Session
    from fakes.redis.client import Client
    from fakes.redis.stage import Stage
    from fakes.redis.strict import Command

_EARLY_MAX = 64


class Connection(asyncio.Protocol):
    """The server's side of one client connection; also the Listener of its session."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.standing = Standing(next(stage.numbers))
        self.debts = Debts(self.standing)
        self._requests = Requests(stage.known)
        self._early: deque[bytes] = deque()
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None
        self._gone = asyncio.get_running_loop().create_future()
        self.swallowing = False  # whether what the server says is not for the client
        self._held = False
        self._silenced = False
        self._ending = False
        self._finished = False
        self._left = asyncio.get_running_loop().create_future()

    @property
    def client(self) -> Client:
        """Return who is at the other end."""
        return self.standing.client

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send small answers at once, and get a session."""
        self._transport = cast("asyncio.Transport", transport)
        sock = cast("socket.socket", transport.get_extra_info("socket"))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stage.peers.add(self)
        self._start(self._open())

    def data_received(self, data: bytes) -> None:
        """Serve what has come, or keep it until what came before is served."""
        if self._ending or self._silenced:
            return
        if self._task is not None:
            self._early.append(data)
            self._read_on()
        else:
            self._hear(data)

    def pause_writing(self) -> None:
        """Stop reading from a client that does not read, and from the backend."""
        self._held = True
        self._read_on()
        if self._session is not None:
            self._session.halt()

    def resume_writing(self) -> None:
        """Read again."""
        self._held = False
        self._read_on()
        if self._session is not None:
            self._session.proceed()

    def eof_received(self) -> bool:
        """Learn that the client says no more; the backend learns it behind all that the client has said."""
        self._finished = True
        self._note_that_it_left()
        self._wind_up()
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """End what was still being done for this client."""
        self._ending = True
        self.stage.peers.discard(self)
        if not self._gone.done():
            self._gone.set_result(None)
        self._note_that_it_left()
        if self._task is not None:
            self._task.cancel()
        self._hang_up()

    # Commands.

    async def _open(self) -> None:
        peer, own = (_address(self._transport, name) for name in ("peername", "sockname"))
        try:
            self._session = await self.stage.backend.open(self, (peer, own))
        except BackendError:
            self.drop()

    def _hear(self, data: bytes) -> None:
        heard = self._requests.feed(data)
        names = heard.names
        if heard.refusal or self.standing.aborted or self.stage.scripts.concern(names):
            self._start(serve_one_by_one(self, heard))
        elif names:
            self.pass_on(heard.commands, names, heard.raw)

    def pass_on(self, commands: list[Command], names: list[bytes], raw: bytes) -> None:
        """Send commands on; of those that tell something about the client each is noted by itself."""
        standing, journal = self.standing, self.stage.journal
        if standing.plain and TELLING.isdisjoint(names):
            if standing.multi:
                standing.queue.extend(commands)
            self.debts.owe(journal.open(standing.client, commands, len(raw)), len(commands))
        else:
            for name, command in zip(names, commands, strict=True):
                batch = journal.open(standing.client, [command], sum(map(len, command)))
                self.debts.owe(batch, *standing.note(name, command))
            if standing.listening:
                self.session.listen()
        self.session.send(commands, raw)

    def _start(self, work: object) -> None:
        self._task = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]  # a coroutine
        self._task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled() or self._ending:
            return
        if (error := task.exception()) is not None:
            self.drop()
            if not isinstance(error, BackendError):
                raise error
            return
        self._catch_up()
        self._read_on()
        self._wind_up()

    def _catch_up(self) -> None:
        """Serve what came meanwhile; it may start a task of its own, and the rest waits again."""
        while self._early and self._task is None:
            self._hear(self._early.popleft())

    def _wind_up(self) -> None:
        """Tell the backend that the client says no more, once all that it has said was sent on."""
        if self._finished and self._task is None and self._session is not None and not self._ending:
            self._session.end()

    # Replies.

    @property
    def session(self) -> Session:
        """Return the client's session; commands are heard only once there is one."""
        if self._session is None:
            raise BackendGoneError("the session has ended")
        return self._session

    def replied(self, data: bytes, kinds: Sequence[object]) -> None:
        """Send replies on, and note which command each belongs to."""
        if not self.swallowing and not self._ending:
            self._transport.write(data)
        self.debts.pay(kinds)

    def ended(self) -> None:
        """End with the session."""
        self.close()

    def hold(self) -> None:
        """Read nothing more: the backend is behind."""
        self._held = True
        self._read_on()

    def release(self) -> None:
        """Read again."""
        self._held = False
        self._read_on()

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if not self._ending:
            self._transport.write(data)

    def silence(self) -> None:
        """Hear nothing more from the client, and leave the backend."""
        self._silenced = True
        self._early.clear()
        self._hang_up()

    def close(self) -> None:
        """End the connection after what was written."""
        if not self._ending:
            self._ending = True
            self._hang_up()
            self._transport.close()

    def drop(self) -> None:
        """End the connection at once."""
        self._ending = True
        self._transport.abort()

    async def gone(self) -> None:
        """Wait until the connection is no more."""
        await asyncio.shield(self._gone)

    async def left(self) -> None:
        """Wait until the client says no more, or is gone; what it says until then is not heard."""
        self._silenced = True
        self._early.clear()
        self._read_on()
        await asyncio.shield(self._left)

    def _note_that_it_left(self) -> None:
        if not self._left.done():
            self._left.set_result(None)

    def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _read_on(self) -> None:
        if self._finished:
            return
        heeded = not self._held and len(self._early) < _EARLY_MAX
        wanted = (heeded or self._silenced) and not self._ending
        if wanted != self._transport.is_reading() and not self._transport.is_closing():
            (self._transport.resume_reading if wanted else self._transport.pause_reading)()


def _address(transport: asyncio.Transport, name: str) -> str:
    host, port = transport.get_extra_info(name)[:2]
    return f"{host}:{port}"

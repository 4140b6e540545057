"""The valkey backend: a real server, given by its URL; for each client a connection of its own to it.

Rule: what the server answers goes on byte for byte. It is read along only to know which reply is whose.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import unquote, urlsplit

import hiredis

from fakes.redis.backend import BackendGoneError, BackendRefusedError
from fakes.redis.requests import pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakes.redis.backend import Listener
    from fakes.redis.strict import Command

P = TypeVar("P", bound=asyncio.BaseProtocol)
_END = object()
_PORT = 6379
_PUSHED = frozenset(
    {
        b"message",
        b"pmessage",
        b"smessage",
        b"subscribe",
        b"psubscribe",
        b"ssubscribe",
        b"unsubscribe",
        b"punsubscribe",
        b"sunsubscribe",
    }
)


class ValkeyBackend:
    """Where the real server is: `redis://[user:password@]host[:port]`; each client chooses its database.

    Who the URL names, every client is. `own_password` is only for what the fake itself asks: the clients give
    theirs themselves.
    """

    def __init__(self, url: str, own_password: str | None = None) -> None:
        place = urlsplit(url)
        self._host = place.hostname or "127.0.0.1"
        self._port = place.port or _PORT
        self._greeting = _greeting(place.username, place.password)
        self._own_greeting = [b"AUTH", own_password.encode()] if own_password else self._greeting

    async def start(self) -> None:
        """See whether the server is there."""
        transport, _ = await self._connect(asyncio.Protocol())
        transport.abort()

    async def open(self, listener: Listener, address: tuple[str, str]) -> ValkeySession:  # noqa: ARG002 -- the protocol's signature
        """Return a session over a new connection."""
        return await self._logged_in(listener, self._greeting)

    async def open_own(self, listener: Listener) -> ValkeySession:
        """Return a session over a new connection, logged in as the fake itself."""
        return await self._logged_in(listener, self._own_greeting)

    async def _logged_in(self, listener: Listener, greeting: Command | None) -> ValkeySession:
        _, session = await self._connect(ValkeySession(listener))
        if greeting is not None:
            await session.greet(greeting)
        return session

    async def stop(self) -> None:
        """Leave the server as it is: it is somebody else's."""

    async def _connect(self, protocol: P) -> tuple[asyncio.Transport, P]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.create_connection(lambda: protocol, self._host, self._port)
        except OSError as error:
            where = f"{self._host}:{self._port}"
            raise BackendGoneError(
                f"no server answers at {where} ({error.strerror}): is it running?"
            ) from error


class ValkeySession(asyncio.Protocol):
    """One client's connection to the real server."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._greeted: asyncio.Future[object] | None = None
        self._reader = hiredis.Reader(notEnoughData=_END)
        self._listening = False
        self._closed = False

    async def greet(self, greeting: Command) -> None:
        """Log in, before the client is heard."""
        self._greeted = asyncio.get_running_loop().create_future()
        self._transport.write(pack([greeting]))
        try:
            answer = await self._greeted
        except asyncio.CancelledError:
            self.close()
            raise
        self._greeted = None
        if isinstance(answer, hiredis.ReplyError):
            self.close()
            raise BackendRefusedError(f"the server behind the fake refuses its user: {answer}")

    def send(self, commands: Sequence[Command], raw: bytes) -> None:  # noqa: ARG002 -- the protocol's signature
        """Send commands on."""
        self._transport.write(raw)

    def listen(self) -> None:
        """Tell messages from replies from now on: to RESP2 both are arrays."""
        self._listening = True

    def halt(self) -> None:
        """Read nothing more for a while."""
        if not self._closed:
            self._transport.pause_reading()

    def proceed(self) -> None:
        """Read again."""
        if not self._closed:
            self._transport.resume_reading()

    def end(self) -> None:
        """Hand the end on: the server answers what it has got, lets go of what blocks, and ends."""
        if not self._closed:
            self._transport.write_eof()

    def close(self) -> None:
        """End the connection."""
        self._closed = True
        self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand bytes on, and say what each reply in them is."""
        self._reader.feed(data)
        replies = list(iter(self._reader.gets, _END))
        if self._greeted is not None and replies:
            if not self._greeted.done():
                self._greeted.set_result(replies[0])
            return
        kinds: list[object] = [type(reply) for reply in replies]
        if hiredis.ReplyError in kinds:
            kinds = [reply if type(reply) is hiredis.ReplyError else type(reply) for reply in replies]
        if self._listening or hiredis.PushNotification in kinds:
            kinds = [kind for kind, reply in zip(kinds, replies, strict=True) if not self._is_push(reply)]
        self._listener.replied(data, kinds)

    def _is_push(self, reply: object) -> bool:
        if type(reply) is hiredis.PushNotification:
            return True
        return self._listening and isinstance(reply, list) and reply[:1] != [] and _is_pushed(reply[0])

    def pause_writing(self) -> None:
        """Let the front end read no more: the server does not."""
        self._listener.hold()

    def resume_writing(self) -> None:
        """Let the front end read again."""
        self._listener.release()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """Tell the listener, unless it was the one to end it."""
        if self._greeted is not None and not self._greeted.done():
            self._greeted.set_result(hiredis.ReplyError("it hung up"))
        if not self._closed:
            self._closed = True
            self._listener.ended()


def _is_pushed(kind: object) -> bool:
    return isinstance(kind, bytes) and kind in _PUSHED


def _greeting(user: str | None, password: str | None) -> Command | None:
    if not password:
        return None
    return [b"AUTH", *([unquote(user).encode()] if user else []), unquote(password).encode()]

"""The fake's own client of its backend: for what a fault or a reset has to know or to change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import hiredis

from fakes.redis.backend import BackendGoneError, BackendRefusedError
from fakes.redis.requests import pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakes.redis.backend import Backend, Session
    from fakes.redis.strict import Command

_END = object()


class Asker:
    """One session for all questions, one after the other; opened when first needed."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._session: Session | None = None
        self._reader = hiredis.Reader(notEnoughData=_END)
        self._replies: list[object] = []
        self._wanted = 0
        self._answered: asyncio.Future[None] | None = None
        self._turn = asyncio.Lock()

    async def ask(self, db: int, *commands: Command) -> list[object]:
        """Return the replies to commands in a database; BackendError if there is none, or one is an error."""
        asked = [[b"SELECT", b"%d" % db], *commands]
        async with self._turn:
            replies = await self._ask(asked)
        for command, reply in zip(asked, replies, strict=True):
            if isinstance(reply, hiredis.ReplyError):
                name = command[0].decode()
                raise BackendRefusedError(
                    f"the server behind the fake refuses the fake's own {name}: {reply}"
                )
        return replies[1:]

    async def _ask(self, asked: list[Command]) -> list[object]:
        if self._session is None:
            self._reader = hiredis.Reader(notEnoughData=_END)
            self._session = await self._backend.open_own(self)
        self._replies, self._wanted = [], len(asked)
        self._answered = asyncio.get_running_loop().create_future()
        self._session.send(asked, pack(asked))
        try:
            await self._answered
        except asyncio.CancelledError:
            self.close()  # what is still to come would be taken for the answer to the next question
            raise
        return self._replies

    def close(self) -> None:
        """End the session."""
        if self._session is not None:
            self._session.close()
            self._session = None

    # Listener.

    def replied(self, data: bytes, kinds: Sequence[object]) -> None:  # noqa: ARG002 -- the protocol's signature
        """Take replies."""
        self._reader.feed(data)
        self._replies += iter(self._reader.gets, _END)
        if len(self._replies) >= self._wanted and self._answered is not None and not self._answered.done():
            self._answered.set_result(None)

    def ended(self) -> None:
        """Ask no more over this session."""
        self._session = None
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(BackendGoneError("the server behind the fake has ended"))

    def hold(self) -> None:
        """Send what is to be sent all the same: it is little."""

    def release(self) -> None:
        """Go on as ever."""

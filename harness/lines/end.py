"""The two ends of a link: what comes in at one goes out at the other, no faster than that takes it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable


class Keeper(Protocol):
    """Who an end belongs to."""

    @property
    def silent(self) -> bool:
        """Tell whether nothing is handed on now."""

    def swallow(self) -> bool:
        """Lose what has just come, where that is what happens now; tell whether it was."""

    def closed(self, end: End) -> None:
        """Learn that an end is no more."""


class End(asyncio.Protocol):
    """One connection of a link; `made` is told of it once it stands.

    `lost`: something that came in here never went out, so that nobody may speak on this link again.
    `ended`: who speaks here has said all.
    """

    def __init__(self, keeper: Keeper, made: Callable[[End], None]) -> None:
        self.lost = False
        self.gone = asyncio.Event()
        self._keeper = keeper
        self._made = made
        self._other: End | None = None
        self._early = b""
        self.ended = False

    def join(self, other: End) -> None:
        """Link both ends, and send what came before the other one was there."""
        self._other, other._other = other, self
        if self.transport.is_closing():
            other.abort()
            return
        early, self._early = self._early, b""
        if early:
            self.data_received(early)
        if self.ended and not self.lost:
            other.transport.write_eof()

    def abort(self) -> None:
        """Close it at once; the other end follows."""
        self.transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self.transport = cast("asyncio.Transport", transport)
        self._made(self)

    def data_received(self, data: bytes) -> None:
        """Hand bytes on, keep them until there is somebody to hand them to, or lose them."""
        if self._keeper.swallow():
            self.lost = True
        elif self._other is None:
            self._early += data
        elif not self._other.transport.is_closing():
            self._other.transport.write(data)

    def eof_received(self) -> bool:
        """Hand the end on: the other side may still have something to say. Once both ended, close both."""
        if self._keeper.silent:
            self.lost = True
            return True
        self.ended = True
        if self._other is None:
            return True
        if self._other.transport.is_closing():
            return False
        self._other.transport.write_eof()
        if not self._other.ended:
            return True
        self._other.transport.close()
        return False

    def pause_writing(self) -> None:
        """Let the other end read no more for a while."""
        if self._other is not None:
            self._other.transport.pause_reading()

    def resume_writing(self) -> None:
        """Let the other end read again."""
        if self._other is not None:
            self._other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Close the other end, too, once it has sent what it was given."""
        if self._other is not None:
            self._other.transport.close()
        self._keeper.closed(self)
        self.gone.set()

"""What stands behind the front end: real Valkey, or a command set in this process.

Rule: a session belongs to one client. It answers commands in order, through its listener, at once or later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakes.redis.strict import Command


class BackendError(ConnectionError):
    """What stands behind the fake does not do what the fake needs of it; the message says why."""


class BackendGoneError(BackendError):
    """The real server behind the fake cannot be reached; the message names it."""


class BackendRefusedError(BackendError):
    """The server behind the fake answers the fake's own question with an error."""


class Listener(Protocol):
    """Who hears what a session answers: the connection of its client."""

    def replied(self, data: bytes, kinds: Sequence[object]) -> None:
        """Take bytes for the client, and what each reply in them is (see `kinds`); pushes are not counted."""

    def ended(self) -> None:
        """Learn that the session is no more."""

    def hold(self) -> None:
        """Send nothing more for a while."""

    def release(self) -> None:
        """Send again."""


class Session(Protocol):
    """One client's side of the backend."""

    def send(self, commands: Sequence[Command], raw: bytes) -> None:
        """Run commands; `raw` is their plain form."""

    def listen(self) -> None:
        """Learn that the client has subscribed: not all that comes is an answer from now on."""

    def halt(self) -> None:
        """Say nothing more to the listener for a while."""

    def proceed(self) -> None:
        """Speak again."""

    def end(self) -> None:
        """Learn that the client says no more: answer what can be answered, then tell the listener `ended`."""

    def close(self) -> None:
        """End it; the listener hears no more."""


class Backend(Protocol):
    """Where the data is."""

    async def start(self) -> None:
        """Be ready, or raise BackendGoneError."""

    async def open(self, listener: Listener, address: tuple[str, str]) -> Session:
        """Return a session for a client; `address` is the client's own and the one it connected to."""

    async def open_own(self, listener: Listener) -> Session:
        """Return a session for the fake's own questions."""

    async def stop(self) -> None:
        """End what was begun."""

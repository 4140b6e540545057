"""What a fault has to work with: one command of one client that waits for its reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fakes.redis.strict import Command


class Scene(Protocol):
    """One command under a fault; all that its client sent before has been answered."""

    name: bytes
    command: Command
    multi: bool
    db: int

    def now(self) -> float:
        """Return seconds since the epoch, by the fake's clock."""

    def fire(self) -> None:
        """Note that the fault really strikes, now."""

    async def refuse(self, text: str) -> None:
        """Answer with an error; in a transaction that calls it off, as Redis does."""

    async def run(self, command: Command | None = None) -> None:
        """Let the command be answered, or another one in its place."""

    def keys(self) -> list[bytes]:
        """Return the keys of the command."""

    def queued(self) -> list[Command]:
        """Return the commands that are queued since MULTI."""

    def means_key(self, key: bytes) -> bool:
        """Say whether the script means this key."""

    async def ask(self, db: int, *commands: Command) -> list[object]:
        """Ask the backend something in a database, over a connection of the fake's own."""

    def silence(self) -> None:
        """Hear nothing more from the clients that the script means, on the connections that they have."""

    def cut(self) -> None:
        """End the connections of all clients that the script means; what was answered still goes out."""

    async def gone(self) -> None:
        """Wait until the client says no more, and end its connection."""

"""A fault on its way to one command: the Scene that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.redis.keys import keys_of
from fakes.redis.requests import pack
from fakes.redis.wording import error_line

if TYPE_CHECKING:
    from fakes.redis.connection import Connection
    from fakes.redis.journal import Batch
    from fakes.redis.scripts import Script
    from fakes.redis.strict import Command

_EXEC = b"EXEC"
_DISCARD = b"DISCARD"
_UNQUEUED = frozenset({b"DISCARD", b"MULTI", b"WATCH", b"RESET", b"QUIT"})


class Strike:
    """One command, its connection and the script that means it."""

    def __init__(
        self, connection: Connection, script: Script, batch: Batch, name: bytes, command: Command
    ) -> None:
        self.name = name
        self.command = command
        self.multi = connection.standing.multi
        self.db = connection.client.db
        self._connection = connection
        self._script = script
        self._batch = batch

    def now(self) -> float:
        """Return seconds since the epoch, by the fake's clock."""
        return self._connection.stage.clock()

    def fire(self) -> None:
        """Note that the fault really strikes, now."""
        self._batch.fault, self._batch.script_id = self._script.kind, self._script.id
        self._connection.stage.scripts.fire(self._script)

    async def refuse(self, text: str) -> None:
        """Answer with an error; in a transaction that calls it off, as Redis does."""
        if self.multi and self.name == _EXEC:
            await call_off(self._connection, f"EXECABORT Transaction discarded because of: {text}")
            return
        if self.multi and self.name not in _UNQUEUED:
            self._connection.standing.aborted = True
        line = error_line(text)
        self._batch.kinds = [line]
        self._connection.write(line)

    async def run(self, command: Command | None = None) -> None:
        """Let the command be answered, or another one in its place."""
        sent = self.command if command is None else command
        connection = self._connection
        connection.debts.owe(self._batch, *connection.standing.note(self.name, sent))
        if connection.standing.listening:
            connection.session.listen()
        connection.session.send([sent], pack([sent]))
        await connection.debts.settled()

    def keys(self) -> list[bytes]:
        """Return the keys of the command."""
        return keys_of(self.name, self.command)

    def queued(self) -> list[Command]:
        """Return the commands that are queued since MULTI."""
        return list(self._connection.standing.queue)

    def means_key(self, key: bytes) -> bool:
        """Say whether the script means this key."""
        return self._script.selection.means_key([key])

    async def ask(self, db: int, *commands: Command) -> list[object]:
        """Ask the backend something in a database, over a connection of the fake's own."""
        return await self._connection.stage.asker.ask(db, *commands)

    def silence(self) -> None:
        """Hear nothing more from the clients that the script means, on the connections that they have."""
        self._connection.stage.silence(self._script.selection)

    def cut(self) -> None:
        """End the connections of all clients that the script means; what was answered still goes out."""
        self._connection.stage.cut(self._script.selection)

    async def gone(self) -> None:
        """Wait until the client says no more, and end its connection."""
        await self._connection.left()
        self._connection.drop()


async def call_off(connection: Connection, reason: str) -> None:
    """Take the transaction back and answer its EXEC with this error."""
    discard = [_DISCARD]
    batch = connection.stage.journal.open(connection.client, [[_EXEC]], len(_EXEC))
    connection.swallowing = True
    _, effect = connection.standing.note(_DISCARD, discard)
    connection.debts.owe(batch, 1, effect)
    connection.session.send([discard], pack([discard]))
    await connection.debts.settled()
    connection.swallowing = False
    line = error_line(reason)
    batch.kinds = [line]
    connection.write(line)

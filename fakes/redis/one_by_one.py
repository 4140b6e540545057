"""Commands that a script could mean: each goes on, or is struck, when all before it have been answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.redis.requests import pack
from fakes.redis.strike import Strike, call_off
from fakes.redis.wording import EXECABORT, error_line

if TYPE_CHECKING:
    from fakes.redis.connection import Connection
    from fakes.redis.requests import Heard
    from fakes.redis.scripts import Script
    from fakes.redis.strict import Command

_EXEC = b"EXEC"


async def serve_one_by_one(connection: Connection, heard: Heard) -> None:
    """Serve what was heard, and end with what could not be understood of it."""
    for name, command in zip(heard.names, heard.commands, strict=True):
        if not await _struck(connection, name, command):
            connection.pass_on([command], [name], pack([command]))
    if heard.refusal is not None:
        await connection.debts.settled()
        connection.write(error_line(f"ERR {heard.refusal.reason}"))
        connection.close()


async def _struck(connection: Connection, name: bytes, command: Command) -> bool:
    """Let a script strike, if one means this command; say whether the command is done with."""
    standing = connection.standing
    if standing.unsure or standing.aborted or _script_for(connection, name, command) is not None:
        await connection.debts.settled()
    if name == _EXEC and standing.aborted:
        await call_off(connection, EXECABORT)
        return True
    script = _script_for(connection, name, command)
    if script is None:
        return False
    batch = connection.stage.journal.open(connection.client, [command], sum(map(len, command)))
    await script.fault.strike(Strike(connection, script, batch, name, command))
    return True


def _script_for(connection: Connection, name: bytes, command: Command) -> Script | None:
    return connection.stage.scripts.find(connection.client, name, command)

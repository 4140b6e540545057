"""Which commands are meant: by name, by key, by who sent them.

Rule: pure. All that is given must fit; a key pattern is a glob as Redis has it, and fits if one key does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakeredis._helpers import compile_pattern

from fakes.redis.keys import keys_of
from fakes.redis.records import RedisMatch

if TYPE_CHECKING:
    from fakes.redis.client import Client
    from fakes.redis.strict import Command


ANYBODY = RedisMatch()


@dataclass(frozen=True, slots=True)
class Selection:
    """A command's name in upper case ("CLIENT SETNAME": with its subcommand), or any, and a match."""

    operation: bytes | None = None
    match: RedisMatch = ANYBODY

    @classmethod
    def of(cls, operation: str | None, match: RedisMatch) -> Selection:
        """Return what an order of the control API means."""
        return cls(None if operation is None else " ".join(operation.upper().split()).encode(), match)

    @property
    def name(self) -> bytes | None:
        """Return the first word of the command's name; None for any."""
        return None if self.operation is None else self.operation.partition(b" ")[0]

    def means(self, client: Client, command: Command) -> bool:
        """Say whether this command of this client is meant."""
        return self.means_client(client) and self.means_command(command)

    def means_client(self, client: Client) -> bool:
        """Say whether this client is meant."""
        match = self.match
        return (
            match.client in (None, client.name)
            and match.user in (None, client.user)
            and match.db in (None, client.db)
        )

    def means_command(self, command: Command) -> bool:
        """Say whether this command is meant, whoever sent it."""
        if self.operation is not None and self.operation != _named_like(self.operation, command):
            return False
        return self.match.key is None or self.means_key(keys_of(command[0].upper(), command))

    def means_key(self, keys: list[bytes]) -> bool:
        """Say whether one of these keys is meant."""
        if self.match.key is None:
            return True
        pattern = compile_pattern(self.match.key.encode())
        return any(pattern.match(key) for key in keys)

    def within(self, other: Selection) -> bool:
        """Say whether whatever this means is named in the very words of the other, where that has any."""
        mine, others = self.match, other.match
        pairs = (
            (self.operation, other.operation),
            (mine.key, others.key),
            (mine.client, others.client),
            (mine.user, others.user),
            (mine.db, others.db),
        )
        return all(theirs is None or theirs == ours for ours, theirs in pairs)


def _named_like(operation: bytes, command: Command) -> bytes:
    """Return the command's name, in as many words as the operation has."""
    return b" ".join(word.upper() for word in command[: operation.count(b" ") + 1])

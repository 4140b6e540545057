"""What a client has said of itself, and how many replies each of its commands will get.

Rule: no I/O. What a command asks for is believed when it is sent: those pipelined behind it count on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.redis.strict import Command

_LAST_DATABASE = 15
_SUBSCRIBING = frozenset(
    {b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"UNSUBSCRIBE", b"PUNSUBSCRIBE", b"SUNSUBSCRIBE"}
)
_UNQUEUED = frozenset({b"EXEC", b"DISCARD", b"MULTI", b"WATCH", b"RESET", b"QUIT"})
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Client:
    """Who sends: a number of ours, the name it gave itself, the user it is, the database it chose."""

    id: int
    name: str = ""
    user: str = "default"
    db: int = 0


class Standing:
    """How things stand with one client: who it is, whether it is in a transaction, what it hears."""

    def __init__(self, number: int) -> None:
        self.client = Client(number)
        self.listening = False
        self.multi = False
        self.queue: list[Command] = []
        self.aborted = False
        self._db_before = 0
        self._muted = False
        self._skip = 0
        self._steps: dict[bytes, Callable[[Command], None]] = {
            b"SELECT": self._select,
            b"HELLO": self._hello,
            b"AUTH": self._auth,
            b"CLIENT": self._client,
            b"MULTI": self._begin,
            b"EXEC": self._end,
            b"DISCARD": self._discard,
            b"RESET": self._reset,
        }

    @property
    def plain(self) -> bool:
        """Say whether a command that is not among TELLING gets one reply."""
        return not self._muted and not self._skip

    def note(self, name: bytes, command: Command) -> int:
        """Take note of a command that is sent; return how many replies it gets, pushes not counted."""
        if name in _SUBSCRIBING and (len(command) > 1 or b"UNSUB" in name) and not self.multi:
            self.listening = True
            return 0
        if self.multi and name not in _UNQUEUED:
            self.queue.append(command)
        step = self._steps.get(name)
        if step is not None:
            step(command)
        if self._skip:
            self._skip -= 1
            return 0
        return 0 if self._muted else 1

    def _select(self, command: Command) -> None:
        if len(command) == _PAIR and command[1].isdigit() and int(command[1]) <= _LAST_DATABASE:
            self.client = replace(self.client, db=int(command[1]))

    def _hello(self, command: Command) -> None:
        words = [word.upper() for word in command]
        if b"SETNAME" in words[2:-1]:
            self._rename(command[words.index(b"SETNAME", 2) + 1])
        if b"AUTH" in words[2:-2]:
            self._become(command[words.index(b"AUTH", 2) + 1])

    def _auth(self, command: Command) -> None:
        if len(command) > _PAIR:
            self._become(command[1])

    def _client(self, command: Command) -> None:
        words = [word.upper() for word in command[1:3]]
        if words[:1] == [b"SETNAME"] and len(command) > _PAIR:
            self._rename(command[2])
        elif words == [b"REPLY", b"OFF"]:
            self._muted = True
        elif words == [b"REPLY", b"ON"]:
            self._muted, self._skip = False, 0
        elif words == [b"REPLY", b"SKIP"] and not self._muted:
            self._skip = 2

    def _begin(self, _command: Command) -> None:
        if not self.multi:
            self.multi, self.aborted, self._db_before = True, False, self.client.db
            self.queue = []

    def _end(self, _command: Command) -> None:
        self.multi = self.aborted = False

    def _discard(self, _command: Command) -> None:
        if self.multi:
            self.client = replace(self.client, db=self._db_before)
        self.multi = self.aborted = False

    def _reset(self, _command: Command) -> None:
        self.client = Client(self.client.id)
        self.multi = self.aborted = self._muted = False
        self._skip = 0

    def _rename(self, name: bytes) -> None:
        self.client = replace(self.client, name=name.decode("utf-8", "replace"))

    def _become(self, user: bytes) -> None:
        self.client = replace(self.client, user=user.decode("utf-8", "replace"))


TELLING = frozenset({*_SUBSCRIBING, *Standing(0)._steps})  # noqa: SLF001 -- the table is the list

"""What a client has said of itself, and how many replies each of its commands will get.

Rules: no I/O. How many replies there will be is reckoned when a command is sent. What a client says of itself
is believed once the server has agreed, in a transaction once EXEC has run; what gets no reply, at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import hiredis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.redis.strict import Command

_LAST_DATABASE = 15
_SUBSCRIBING = frozenset(
    {b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"UNSUBSCRIBE", b"PUNSUBSCRIBE", b"SUNSUBSCRIBE"}
)
_UNQUEUED = frozenset({b"EXEC", b"DISCARD", b"MULTI", b"WATCH", b"RESET", b"QUIT"})
_PAIR = 2
_NOTHING: Mapping[str, Any] = {}

Effect = Callable[[bool], None]
"""What a command does to the standing; called with whether the server agreed."""


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
        self.unsure = 0  # effects that no reply has decided yet
        self._pending: list[Mapping[str, Any]] = []  # what the EXEC of this transaction will make true
        self._muted = False
        self._skip = 0
        self._steps: dict[bytes, Callable[[Command], None]] = {
            b"CLIENT": self._reply_mode,
            b"MULTI": self._begin,
            b"EXEC": self._end,
            b"DISCARD": self._end,
            b"RESET": self._reset,
        }

    @property
    def plain(self) -> bool:
        """Say whether a command that is not among TELLING gets one reply."""
        return not self._muted and not self._skip

    def note(self, name: bytes, command: Command) -> tuple[int, Effect | None]:
        """Take note of a command that is sent; return how many replies it gets, and what they decide."""
        if name in _SUBSCRIBING and (len(command) > 1 or b"UNSUB" in name) and not self.multi:
            self.listening = True
            return 0, None
        effect = self._effect_of(name, command)
        if self.multi and name not in _UNQUEUED:
            self.queue.append(command)
        step = self._steps.get(name)
        if step is not None:
            step(command)
        muted = self._muted or self._skip > 0
        self._skip = max(0, self._skip - 1)
        if effect is None or not muted:
            self.unsure += effect is not None
            return 0 if muted else 1, effect and self._decided(effect)
        effect(True)  # noqa: FBT003 -- nobody will say otherwise
        return 0, None

    def _decided(self, effect: Effect) -> Effect:
        def decide(agreed: bool) -> None:  # noqa: FBT001 -- an Effect
            self.unsure -= 1
            effect(agreed)

        return decide

    def _effect_of(self, name: bytes, command: Command) -> Effect | None:
        closing = {
            b"MULTI": self._forget,
            b"DISCARD": self._forget,
            b"EXEC": self._make_true,
            b"RESET": self._anew,
        }
        if name in closing:
            return closing[name]
        changes = _CHANGES[name](command) if name in _CHANGES else _NOTHING
        if not changes:
            return None
        take = self._pending.append if self.multi else self._change
        return lambda agreed: take(changes) if agreed else None

    def _change(self, changes: Mapping[str, Any]) -> None:
        self.client = replace(self.client, **changes)

    def _forget(self, agreed: bool) -> None:  # noqa: FBT001 -- an Effect
        if agreed:
            self._pending.clear()

    def _make_true(self, agreed: bool) -> None:  # noqa: FBT001 -- an Effect
        for changes in self._pending if agreed else ():
            self._change(changes)
        self._pending.clear()

    def _anew(self, agreed: bool) -> None:  # noqa: FBT001 -- an Effect
        if agreed:
            self.client = Client(self.client.id)
            self._pending.clear()

    def _reply_mode(self, command: Command) -> None:
        words = [word.upper() for word in command[1:3]]
        if words == [b"REPLY", b"OFF"]:
            self._muted = True
        elif words == [b"REPLY", b"ON"]:
            self._muted, self._skip = False, 0
        elif words == [b"REPLY", b"SKIP"] and not self._muted:
            self._skip = 2

    def _begin(self, _command: Command) -> None:
        if not self.multi:
            self.multi, self.aborted, self.queue = True, False, []

    def _end(self, _command: Command) -> None:
        self.multi = self.aborted = False

    def _reset(self, _command: Command) -> None:
        self.multi = self.aborted = self._muted = False
        self._skip = 0


def agreed(kind: object) -> bool:
    """Say whether a reply of this kind is neither an error nor nil (an EXEC that was called off)."""
    if isinstance(kind, hiredis.ReplyError) or kind in (type(None), b"_"):
        return False
    return not (isinstance(kind, bytes) and kind[:1] == b"-")


def _select(command: Command) -> Mapping[str, Any]:
    sound = len(command) == _PAIR and command[1].isdigit() and int(command[1]) <= _LAST_DATABASE
    return {"db": int(command[1])} if sound else _NOTHING


def _hello(command: Command) -> Mapping[str, Any]:
    words = [word.upper() for word in command]
    changes = {}
    if b"SETNAME" in words[2:-1]:
        changes["name"] = _text(command[words.index(b"SETNAME", 2) + 1])
    if b"AUTH" in words[2:-2]:
        changes["user"] = _text(command[words.index(b"AUTH", 2) + 1])
    return changes


def _auth(command: Command) -> Mapping[str, Any]:
    return {"user": _text(command[1]) if len(command) > _PAIR else "default"}


def _setname(command: Command) -> Mapping[str, Any]:
    named = len(command) > _PAIR and command[1].upper() == b"SETNAME"
    return {"name": _text(command[2])} if named else _NOTHING


def _text(word: bytes) -> str:
    return word.decode("utf-8", "replace")


_CHANGES: Mapping[bytes, Callable[[Command], Mapping[str, Any]]] = {
    b"SELECT": _select,
    b"HELLO": _hello,
    b"AUTH": _auth,
    b"CLIENT": _setname,
}
TELLING = frozenset({*_SUBSCRIBING, *_CHANGES, *Standing(0)._steps})  # noqa: SLF001 -- the tables are the list

"""SUBSCRIBE and its family, PUBLISH: messages are pushed, confirmations too.

Rule: Redis confirms in the order of the arguments and counts channels and patterns together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeredis._helpers import NoResponse, SimpleError, compile_pattern
from fakeredis.commands_mixins import PubSubCommandsMixin

from fakes.redis.memory.commands import NO_SCRIPT, RAW, own
from fakes.redis.replies import Frames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.redis.memory.store import Store

_SUBSCRIBING = ("subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe")
PUBSUB = dict(own(name, name, flags=NO_SCRIPT + RAW) for name in _SUBSCRIBING)


class PubSubCommands(PubSubCommandsMixin):
    """Corrections of fakeredis' pub/sub."""

    _store: Store
    _pubsub: int
    _in_transaction: bool

    def pushed(self, message: list[Any]) -> None:
        """Take a message that the client did not ask for."""
        raise NotImplementedError

    def _subscribe(
        self, channels: Iterable[bytes], subscribers: dict[bytes, Any], mtype: bytes
    ) -> NoResponse:
        if self._in_transaction and mtype == b"ssubscribe":
            raise SimpleError("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client")
        told = []
        for channel in channels:
            if self not in subscribers[channel]:
                subscribers[channel].add(self)
                self._pubsub += 1
            told.append([mtype, channel, self._count(mtype)])
        return self._confirmed(told)

    def _unsubscribe(
        self, channels: Iterable[bytes], subscribers: dict[bytes, Any], mtype: bytes
    ) -> NoResponse:
        told = []
        asked = list(channels) or [name for name, who in subscribers.items() if self in who]
        for channel in asked:
            if self in subscribers.get(channel, ()):
                subscribers[channel].discard(self)
                if not subscribers[channel]:
                    del subscribers[channel]
                self._pubsub -= 1
            told.append([mtype, channel, self._count(mtype)])
        return self._confirmed(told or [[mtype, None, self._count(mtype)]])

    def _confirmed(self, told: list[list[Any]]) -> NoResponse:
        """Push confirmations; in a transaction they stand where the reply would, however many they are."""
        if self._in_transaction:
            return Frames(told)
        for message in told:
            self.pushed(message)
        return NoResponse()

    def _count(self, mtype: bytes) -> int:
        sharded = sum(self in who for who in self._store.ssubscribers.values())
        return sharded if mtype.startswith((b"ss", b"suns")) else self._pubsub - sharded

    def publish(self, channel: bytes, message: bytes) -> int:
        """Push a message to whoever listens, by channel and by pattern; return to how many."""
        told = [(who, [b"message", channel, message]) for who in self._store.subscribers.get(channel, ())]
        for pattern, listeners in self._store.psubscribers.items():
            if compile_pattern(pattern).match(channel):
                told += [(who, [b"pmessage", pattern, channel, message]) for who in listeners]
        return self._tell(told)

    def spublish(self, channel: bytes, message: bytes) -> int:
        """Push a message to whoever listens to a shard channel; return to how many."""
        return self._tell(
            [(who, [b"smessage", channel, message]) for who in self._store.ssubscribers.get(channel, ())]
        )

    def _tell(self, told: list[tuple[Any, list[Any]]]) -> int:
        for who, message in told:
            if who is self:
                self.pushed_after(message)
            else:
                who.pushed(message)
        return len(told)

    def pushed_after(self, message: list[Any]) -> None:
        """Take a message that comes behind the reply of the command that is running."""
        raise NotImplementedError

"""The Redis fake behind its front end: backend, journal and scripts, for all connections."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Protocol

from fakes.redis.asker import Asker
from fakes.redis.journal import RedisJournal
from fakes.redis.requests import Known
from fakes.redis.scripts import Scripts

if TYPE_CHECKING:
    from fakes.redis.backend import Backend
    from fakes.redis.client import Client
    from fakes.redis.selection import Selection
    from fakes.shape.clock import Clock

DATABASES = 16


class Peer(Protocol):
    """A connection, as far as others have to do with it."""

    @property
    def client(self) -> Client:
        """Return who is at its other end."""

    def silence(self) -> None:
        """Hear nothing more from it."""

    def close(self) -> None:
        """End it after what was written."""

    def drop(self) -> None:
        """End it at once."""

    async def gone(self) -> None:
        """Wait until it is no more."""


class Stage:
    """What all connections share."""

    def __init__(self, backend: Backend, clock: Clock) -> None:
        self.backend = backend
        self.clock = clock
        self.journal = RedisJournal(clock)
        self.scripts = Scripts(clock)
        self.asker = Asker(backend)
        self.known = Known()
        self.numbers = count(1)
        self.peers: set[Peer] = set()

    def silence(self, selection: Selection) -> None:
        """Hear nothing more from the clients that are meant."""
        for peer in self._meant(selection):
            peer.silence()

    def cut(self, selection: Selection) -> None:
        """End the connections of all clients that are meant."""
        for peer in self._meant(selection):
            peer.close()

    def _meant(self, selection: Selection) -> list[Peer]:
        return [peer for peer in self.peers if selection.means_client(peer.client)]

    async def look(self) -> None:
        """See whether the backend does what the fake asks of it; BackendError says why not."""
        await self.asker.ask(0, [b"PING"])

    async def forget(self, scope: Selection) -> None:
        """Forget scripts, journal and data: all, or what fits.

        Data has databases and keys, but nobody's name: a scope that says only who leaves it alone. Where the
        backend does not take its part, the rest is forgotten all the same, and BackendError says why not.
        """
        self.scripts.reset(scope)
        self.journal.reset(scope)
        match = scope.match
        if match.key is None and match.client is match.user is None:
            await self._empty(match.db)
        elif match.key is not None:
            await self._delete(match.key, match.db)

    async def _empty(self, db: int | None) -> None:
        if db is None:
            await self.asker.ask(0, [b"FLUSHALL"], [b"SCRIPT", b"FLUSH"])
        else:
            await self.asker.ask(db, [b"FLUSHDB"])

    async def _delete(self, pattern: str, db: int | None) -> None:
        for chosen in range(DATABASES) if db is None else (db,):
            (keys,) = await self.asker.ask(chosen, [b"KEYS", pattern.encode()])
            if isinstance(keys, list) and keys:
                await self.asker.ask(chosen, [b"UNLINK", *keys])

"""What a client is owed: replies that will come, in the order of the commands that were sent on.

Rule: nothing here knows sockets. Each reply belongs to one command, whose journal line is told of its kind.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from fakes.redis.client import agreed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakes.redis.client import Effect, Standing
    from fakes.redis.journal import Batch


class _Owed:
    """Replies to the commands of a batch that have not come."""

    __slots__ = ("batch", "effect", "left")

    def __init__(self, batch: Batch, left: int, effect: Effect | None) -> None:
        self.batch = batch
        self.left = left
        self.effect = effect


class Debts:
    """The replies that one client waits for."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._owed: deque[_Owed] = deque()
        self._outstanding = 0
        self._settled: asyncio.Future[None] | None = None

    def owe(self, batch: Batch, replies: int, effect: Effect | None = None) -> None:
        """Count replies that will come; `effect` hears what the server made of the command."""
        if replies:
            self._owed.append(_Owed(batch, replies, effect))
            self._outstanding += replies

    def pay(self, kinds: Sequence[object]) -> None:
        """Note replies that have come with the commands that they belong to."""
        at = 0
        while at < len(kinds) and self._owed:
            owed = self._owed[0]
            taken = kinds[at : at + owed.left]
            owed.batch.kinds.extend(taken)
            owed.batch.client = self._standing.client
            at += len(taken)
            owed.left -= len(taken)
            if not owed.left:
                self._owed.popleft()
                if owed.effect is not None:
                    owed.effect(agreed(taken[-1]))
        self._outstanding -= at
        if not self._outstanding and self._settled is not None and not self._settled.done():
            self._settled.set_result(None)

    async def settled(self) -> None:
        """Wait until all that was sent has been answered."""
        while self._outstanding:
            self._settled = asyncio.get_running_loop().create_future()
            await self._settled

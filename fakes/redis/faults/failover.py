"""A failover to a replica that had not got the last writes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from fakes.redis.keys import keys_of, writes

if TYPE_CHECKING:
    from fakes.redis.faults.scene import Scene
    from fakes.redis.strict import Command

_EXEC = b"EXEC"


@dataclass(frozen=True, slots=True)
class Failover:
    """Acknowledge the next writes, then lose them all and cut the connections of whoever the script means.

    With `lose_writes` it happens behind the answer to the last of so many; with `lose_seconds` at the
    first command that comes so long after arming. Writes are lost by key (of a script: the keys it declares);
    those of others on the same keys in that time are lost with them. FLUSHALL and SWAPDB are not lost.
    """

    lose_writes: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    lose_seconds: Annotated[float, Meta(gt=0, le=3600)] | None = None

    def __post_init__(self) -> None:
        if (self.lose_writes is None) == (self.lose_seconds is None):
            raise ValueError("exactly one of lose_writes and lose_seconds")

    def begin(self, now: float) -> Lagging:
        """Return it as it is armed: from now on the replica gets nothing."""
        return Lagging(self, now)


@dataclass(slots=True, eq=False)
class Lagging:
    """A replica that lags: what every key was before its first write that will be lost."""

    settings: Failover
    began: float
    writes: int = 0
    before: dict[tuple[int, bytes], Kept] = field(default_factory=dict)
    keeping: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def strike(self, scene: Scene) -> None:
        """Remember what a write will change, let it be answered, and fail over when it is time."""
        if self._is_over(scene.now()):
            await self._fail_over(scene)
            return
        lost = [] if scene.multi and scene.name != _EXEC else _written(scene)
        for key in dict.fromkeys(key for one in lost for key in keys_of(one[0].upper(), one)):
            await self._keep(scene, key)
        await scene.run()
        self.writes += len(lost)
        if self.settings.lose_writes is not None and self.writes >= self.settings.lose_writes:
            await self._fail_over(scene)

    def _is_over(self, now: float) -> bool:
        seconds = self.settings.lose_seconds
        return seconds is not None and now - self.began >= seconds

    async def _keep(self, scene: Scene, key: bytes) -> None:
        async with self.keeping:  # two clients may write one key at a time
            if (scene.db, key) in self.before or not scene.means_key(key):
                return
            data, left = await scene.ask(scene.db, [b"DUMP", key], [b"PTTL", key])
            self.before[scene.db, key] = Kept(data, left if isinstance(left, int) else -1, scene.now())

    async def _fail_over(self, scene: Scene) -> None:
        scene.fire()
        scene.silence()
        kept, self.before, self.writes, self.began = self.before, {}, 0, scene.now()
        try:
            for (db, key), before in kept.items():
                await scene.ask(db, *before.restoring(key, scene.now()))
        finally:
            scene.cut()  # those that are silenced wait for nothing else


@dataclass(frozen=True, slots=True)
class Kept:
    """What a key was: its dump (None: it was not there), its ms to live (-1: for ever), and when that was."""

    data: object
    left: int
    at: float

    def restoring(self, key: bytes, now: float) -> list[Command]:
        """Return what makes the key as it was; one that would have expired meanwhile is gone."""
        left = self.left - int((now - self.at) * 1000) if self.left >= 0 else 0
        if not isinstance(self.data, bytes) or left < 0 or (left == 0 and self.left >= 0):
            return [[b"DEL", key]]
        return [[b"DEL", key], [b"RESTORE", key, b"%d" % left, self.data]]


def _written(scene: Scene) -> list[Command]:
    """Return the writes that are about to happen: this command, or those that EXEC would run."""
    commands = scene.queued() if scene.name == _EXEC and scene.multi else [scene.command]
    return [command for command in commands if writes(command[0].upper())]

"""Redis, asked once per decide. Unavailable: nobody can say what was shown before, so nothing more is."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from engine.dependencies.errors import UnavailableError
from engine.fatigue.quota import keys_of, spending
from engine.fatigue.script import SPEND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from engine.dependencies.breaker import Breaker
    from engine.values.action import Action
    from engine.values.standing import Quotas
    from engine.values.surroundings import Facts

MAX_CONNECTIONS = 50
NAME = "redis"


class FatigueStore:
    """Counts what actors were shown."""

    def __init__(self, url: str, seconds: float, breaker: Breaker) -> None:
        self._redis = Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), max_connections=MAX_CONNECTIONS, socket_connect_timeout=seconds
        )
        self._turns = asyncio.Semaphore(MAX_CONNECTIONS)  # a full pool would refuse, as if Redis had failed
        self._spend = self._redis.register_script(SPEND)
        self._seconds = seconds
        self._breaker = breaker

    async def spend(
        self, facts: Facts, actions: tuple[Action, ...], quotas: Quotas, now_ms: int
    ) -> tuple[Action, ...]:
        """Return the actions that fit their limits, and count them."""
        step = spending(facts, actions, quotas, now_ms)
        async with self._attempt():
            kept = await self._spend(keys=list(step.keys), args=list(step.arguments))
        return tuple(actions[int(index)] for index in kept)

    async def forget(self, tenant_id: str, actor_id: str, playbook_ids: Iterable[str]) -> None:
        """Forget what an actor was shown."""
        async with self._attempt():
            await self._redis.unlink(*keys_of(tenant_id, actor_id, playbook_ids))

    async def probe(self) -> bool:
        """Ask whether Redis answers, past the breaker."""
        try:
            async with asyncio.timeout(self._seconds), self._turns:
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True

    async def aclose(self) -> None:
        """Close the pool."""
        await self._redis.aclose()

    @contextlib.asynccontextmanager
    async def _attempt(self) -> AsyncIterator[None]:
        with self._breaker.attempt():
            try:
                async with asyncio.timeout(self._seconds), self._turns:
                    yield
            except (RedisError, OSError, TimeoutError) as error:
                raise UnavailableError(NAME, type(error).__name__) from None

"""Work that outlives a request: kept until it is done, cancelled when the engine stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from engine.observe.logs import log_crash

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

AGAIN_SECONDS = 1.0
T = TypeVar("T")


class Background:
    """Owns the tasks that nobody awaits."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin some work; a crash of it is logged, wherever it is awaited or not."""
        task = self.spawn_quietly(work)
        task.add_done_callback(_tell_crash)
        return task

    def spawn_quietly(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin some work of which the caller itself looks how it ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def keep(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin work that should never end of itself; where it crashes, it begins again after a rest."""
        self.spawn(self._kept(work))

    async def aclose(self) -> None:
        """Cancel what is still going on, and wait for it to end."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _kept(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                return await work()
            except Exception as error:  # noqa: BLE001 -- whatever it was, nobody else would do the work
                log_crash("background work crashed, and begins again", error)
            await asyncio.sleep(AGAIN_SECONDS)


def _tell_crash(task: asyncio.Task[Any]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log_crash("background work ended badly", error)

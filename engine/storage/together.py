"""Group commit: what several requests want kept at the same time is kept in one transaction.

Rule: nobody is told that something is kept before it is, and nobody fails for what another one brought.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from engine.storage.database import POOL_WAIT_SECONDS, StorageUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence

    from sqlalchemy import Insert

    from engine.background import Background
    from engine.storage.database import Database

    Rows = Sequence[dict[str, Any]]

PACE_SECONDS = 0.02
MOST = 100


class Inserting(Protocol):
    """What can take rows: a connection, or a wish."""

    def execute(self, statement: Insert, parameters: Rows, /) -> Awaitable[object]:
        """Insert rows, all of the same members."""


@dataclass(slots=True, eq=False)
class Wish:
    """Rows of one request. `done` ends when they are kept, all of them, or cannot be."""

    inserts: list[tuple[Insert, Rows]] = field(default_factory=list)
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def execute(self, statement: Insert, parameters: Rows, /) -> None:
        """Note rows; they are inserted when the wish is kept."""
        self.inserts.append((statement, parameters))


class Together:
    """Lets one transaction at a time keep all that waits for it.

    A lone wish does not wait. Under load a group begins at most every `PACE_SECONDS`: a transaction costs
    several turns to the database and back, and nearly the same for one decision as for ten.
    """

    def __init__(self, database: Database, background: Background) -> None:
        self._database = database
        self._background = background
        self._waiting: list[Wish] = []
        self._busy = False
        self._not_before = 0.0

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Inserting]:
        """Take rows, and keep all of them, or nothing."""
        wish = Wish()
        yield wish
        self._waiting.append(wish)
        if not self._busy:
            self._busy = True
            self._background.spawn(self._run())
        await self._kept(wish)

    async def _kept(self, wish: Wish) -> None:
        """Wait; who waits too long only to be looked at is let go, as one who waits for a connection is."""
        await asyncio.wait((wish.done,), timeout=POOL_WAIT_SECONDS)
        if wish in self._waiting:
            self._waiting.remove(wish)
            raise StorageUnavailableError("too many wait to be kept")
        await asyncio.wait((wish.done,))
        wish.done.result()

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._pace()
                group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._keep(group)
        finally:
            self._busy = False

    async def _pace(self) -> None:
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(self._not_before - clock())
        self._not_before = clock() + PACE_SECONDS

    async def _keep(self, group: Sequence[Wish]) -> None:
        try:
            await self._commit(group)
        except StorageUnavailableError as lost:
            _refuse(group, lost)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one must not be the others' fault
            if len(group) == 1:
                group[0].done.set_exception(error)
            for wish in group if len(group) > 1 else ():
                await self._keep((wish,))
        except BaseException:
            for wish in group:
                wish.done.cancel()
            raise
        else:
            for wish in group:
                wish.done.set_result(None)

    async def _commit(self, group: Sequence[Wish]) -> None:
        async with self._database.writing() as connection:
            for statement, rows in merged(group):
                await connection.execute(statement, rows)


def merged(group: Iterable[Wish]) -> list[tuple[Insert, list[dict[str, Any]]]]:
    """Return one insert for each table and set of members, with everybody's rows."""
    found: dict[object, tuple[Insert, list[dict[str, Any]]]] = {}
    for wish in group:
        for statement, rows in wish.inserts:
            for row in rows:
                found.setdefault((statement.table, tuple(row)), (statement, []))[1].append(row)
    return list(found.values())


def _refuse(group: Iterable[Wish], lost: StorageUnavailableError) -> None:
    """Tell each by an exception of its own, since each is raised somewhere else."""
    for wish in group:
        wish.done.set_exception(StorageUnavailableError(str(lost)))

"""Connections: one for each request that needs one, from a bounded pool; every loss is told as one error."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from engine.storage.migrate import is_current, migrate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

POOL_WAIT_SECONDS = 2.0
CONNECT_SECONDS = 3.0
STATEMENT_SECONDS = 5.0
PREPARE_SECONDS = 20.0
MIGRATE_SECONDS = 300.0  # a large table takes its time, and so does waiting for the replica that is at it
PROBE_SECONDS = 2.0
_SCHEMA_LOCK = 7_046_029_254_386_353_131  # any numbers that nobody else takes
MANY_ROWS_LOCK = 7_046_029_254_386_353_132  # for transactions that might wait for each other in a circle
# Classes of SQLSTATE: connection, read-only, who may connect, no such database, rolled back for the sake of
# another, resources, not now, operator intervention, system. What is left are mistakes of ours.
_LOST_STATES = {"08", "25", "28", "3D", "40", "53", "55", "57", "58", "XX"}


class StorageUnavailableError(Exception):
    """The database is gone, too slow, or has no connection left."""


class Database:
    """The durable state of all replicas."""

    def __init__(self, url: str, *, pool_min: int, pool_max: int) -> None:
        self._url = url
        self._engine = _open(url, pool_max)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._pool_min = min(pool_min, pool_max)
        self._prepared = False

    @property
    def prepared(self) -> bool:
        """Say whether the schema is up to date."""
        return self._prepared

    async def prepare(self) -> None:
        """Bring the schema up to date, and open the first connections."""
        async with _told(), asyncio.timeout(PREPARE_SECONDS):
            await self._open_some()
            async with self._reading.connect() as connection:
                current = await connection.run_sync(is_current)
        if not current:
            await self._migrate()
        self._prepared = True

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection for statements of which each stands by itself."""
        async with self._lent(self._reading.connect) as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection in a transaction: all of it is kept, or nothing."""
        async with self._lent(self._engine.begin) as connection:
            yield connection

    async def probe(self) -> bool:
        """Ask whether the database answers and has its schema."""
        try:
            async with asyncio.timeout(PROBE_SECONDS), self.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except (StorageUnavailableError, TimeoutError):
            return False
        return True

    async def aclose(self) -> None:
        """Close the pool."""
        await self._engine.dispose()

    async def _migrate(self) -> None:
        """Migrate under a lock, since replicas may start at the same instant, on a patient connection."""
        engine = _open(self._url, 1, MIGRATE_SECONDS)
        try:
            async with _told(), asyncio.timeout(MIGRATE_SECONDS), engine.begin() as connection:
                await lock(connection, _SCHEMA_LOCK)
                await connection.run_sync(migrate)
        finally:
            await engine.dispose()

    async def _open_some(self) -> None:
        """Open the connections that are wanted from the start, so that the first callers need not wait."""
        async with contextlib.AsyncExitStack() as stack:
            opened = [stack.enter_async_context(self._reading.connect()) for _ in range(self._pool_min)]
            for connecting in opened:
                await connecting

    @contextlib.asynccontextmanager
    async def _lent(
        self, lend: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    ) -> AsyncIterator[AsyncConnection]:
        if not self._prepared:
            raise StorageUnavailableError("the schema is not there yet")
        async with _told(), lend() as connection:
            yield connection


async def lock(connection: AsyncConnection, number: int) -> None:
    """Let one transaction after the other pass here; on SQLite only one can write anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(number)))


@contextlib.asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """Tell every way of losing the database as StorageUnavailableError, but not our own mistakes."""
    try:
        yield
    except DBAPIError as error:
        if not _is_loss(error):
            raise
        raise StorageUnavailableError(type(error).__name__) from error
    except (PoolTimeoutError, OSError, TimeoutError) as error:
        raise StorageUnavailableError(type(error).__name__) from error


def _is_loss(error: DBAPIError) -> bool:
    """Say whether the database was lost, rather than asked something wrong."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    lost = isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated
    return lost or state[:2] in _LOST_STATES


def _open(url: str, pool_max: int, statement_seconds: float = STATEMENT_SECONDS) -> AsyncEngine:
    pool: dict[str, Any] = {
        "pool_size": pool_max,
        "max_overflow": 0,  # what goes beyond the size would be closed again after each use
        "pool_timeout": POOL_WAIT_SECONDS,
        "hide_parameters": True,
    }
    if url.startswith("sqlite:"):
        return _open_sqlite(url, pool, statement_seconds)
    return _open_postgresql(url, pool, statement_seconds)


def _open_postgresql(url: str, pool: dict[str, Any], statement_seconds: float) -> AsyncEngine:
    import asyncpg  # type: ignore[import-untyped]  # noqa: PLC0415 -- it has no types; loaded only where needed

    def connect() -> Any:  # noqa: ANN401 -- a connection of an untyped library
        return asyncpg.connect(url, timeout=CONNECT_SECONDS, command_timeout=statement_seconds)

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, **pool)


def _open_sqlite(url: str, pool: dict[str, Any], statement_seconds: float) -> AsyncEngine:
    plain = url.replace("sqlite:", "sqlite+aiosqlite:", 1)
    engine = create_async_engine(plain, connect_args={"timeout": statement_seconds}, **pool)
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 -- a DBAPI connection
    connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:  # noqa: ANN401 -- a Connection, as the event gives it
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")

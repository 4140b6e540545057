"""What the engine keeps in the database that the harness owns, whatever its tables are.

Rule: looked at as text, and never changed but in its moments, so that nothing depends on one engine's schema.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import asyncpg  # type: ignore[import-untyped]  # it has no types

from harness.driving.failures import not_exercised
from harness.driving.recorder import STORAGE, TIME

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from harness.driving.recorder import Recorder

_SQLITE = "sqlite:///"
# What a word goes on with: a hash in any of its usual forms.
_REST = r"[\w+/=.:-]*"
_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables
    USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
"""
_MOMENTS = _COLUMNS + "AND data_type LIKE 'timestamp%'"


class StoredData:
    """The rows of the engine's database."""

    def __init__(self, url: str | None, recorder: Recorder) -> None:
        self._url = url
        self._recorder = recorder

    async def mentions(self, text: str) -> list[str]:
        """Return the tables of which some row has this text in it."""
        url = self._owned()
        self._recorder.look(STORAGE)
        if url.startswith(_SQLITE):
            return await asyncio.to_thread(_mentions_in_file, url.removeprefix(_SQLITE), text)
        async with _connected(url) as connection:
            tables = await _tables(connection)
            return [table for table in tables if await connection.fetchval(_mention(table), text)]

    async def words(self, beginning: str) -> frozenset[str]:
        """Return every word with this beginning, as whole as it goes, that some row has in it."""
        url, word = self._owned(), re.compile(re.escape(beginning) + _REST)
        self._recorder.look(STORAGE)
        if url.startswith(_SQLITE):
            rows = await asyncio.to_thread(_rows_of_file, url.removeprefix(_SQLITE), beginning)
        else:
            rows = await _rows(url, beginning)
        return frozenset(found for row in rows for found in word.findall(row))

    async def ages(self, days: int) -> None:
        """Let everything have happened so many days earlier, wherever it is kept as a moment."""
        url = self._owned()
        if url.startswith(_SQLITE):
            not_exercised("SQLite has no moments that could be told from other texts")
        async with _connected(url) as connection, connection.transaction():
            moments = await connection.fetch(_MOMENTS)
            for row in moments:
                await connection.execute(_earlier(row["table_name"], row["column_name"], days))
        if not moments:
            not_exercised("the engine keeps no moments as such, so none can be moved")
        self._recorder.look(TIME)

    def _owned(self) -> str:
        if self._url is None:
            not_exercised("the database of this target is not ours to look into")
        return self._url


@contextlib.asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _tables(connection: Any) -> list[str]:  # noqa: ANN401 - asyncpg has no types
    return sorted({row["table_name"] for row in await connection.fetch(_COLUMNS)})


async def _rows(url: str, text: str) -> list[str]:
    async with _connected(url) as connection:
        found = [await connection.fetch(_mention(table), text) for table in await _tables(connection)]
    return [row["told"] for rows in found for row in rows]


def _mention(table: str) -> str:
    name = _quoted(table)
    return f"SELECT kept::text AS told FROM {name} AS kept WHERE position($1 IN kept::text) > 0"  # noqa: S608 - quoted


def _earlier(table: str, column: str, days: int) -> str:
    name = _quoted(column)
    return f"UPDATE {_quoted(table)} SET {name} = {name} - interval '{days:d} days'"  # noqa: S608 - quoted


def _mentions_in_file(path: str, text: str) -> list[str]:
    return sorted({table for table, _ in _values_of_file(path, text)})


def _rows_of_file(path: str, text: str) -> list[str]:
    return [value for _, value in _values_of_file(path, text)]


def _values_of_file(path: str, text: str) -> list[tuple[str, str]]:
    """Return each value that has this text in it, and its table."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return [
            (table, str(value))
            for table in tables
            for row in connection.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608 - quoted
            for value in row
            if text in str(value)
        ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

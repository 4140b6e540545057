"""Records of which there is one for each key: made when they are first changed, and changed in part.

Rule: who changes a record holds it until the transaction ends, so that no two changes lose each other's part,
also where both are the first. A fresh record has a random id: were it made from the key, two first changes
could meet in the primary key, where nobody looks for a conflict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Column, Row, Table
    from sqlalchemy.ext.asyncio import AsyncConnection


async def held(
    connection: AsyncConnection, table: Table, key: Sequence[Column[Any]], fresh: Mapping[str, Any]
) -> Row[Any]:
    """Return the record as it is, or as it is made now, and hold it (an update of nothing locks the row).

    Made where it would break no unique index at all: an upsert looks out for one of them alone, and a first
    change at the same instant may break another. What is there may be erased before it is held.
    """
    same = update(table).where(*(column == fresh[column.name] for column in key)).values({key[0]: key[0]})
    making = insertion(connection, table).values(fresh).on_conflict_do_nothing()
    while True:
        row: Row[Any] | None = (await connection.execute(same.returning(table))).one_or_none()
        if row is not None:
            return row
        await connection.execute(making)


def insertion(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that knows what to do about a conflict, in the dialect of the database."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def listed(words: Sequence[str]) -> str:
    """Return words of a closed set as they are kept."""
    return ",".join(words)


def unlisted(kept: str) -> tuple[Any, ...]:
    """Return the words that were kept."""
    return tuple(kept.split(",")) if kept else ()

"""Playbooks and their versions.

Rows of one id are its revisions. At most one is a draft and at most one is published; a published one that a
newer took the place of is `superseded`: kept, but no longer to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.storage.schema import PLAYBOOKS, STAMPS
from engine.values.playbook import Content, Playbook

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.values.words import PlaybookStatus

SUPERSEDED = "superseded"
# Asked at every decide, so it is put together once.
_STAMP = select(STAMPS.c.stamp).where(STAMPS.c.tenant_id == bindparam("tenant"))


@dataclass(frozen=True, slots=True)
class StoredPlaybook:
    """One revision of a playbook."""

    playbook_id: str
    revision: int
    tenant_id: str
    status: PlaybookStatus | Literal["superseded"]
    content: Content
    created_at: datetime
    updated_at: datetime


async def page(
    connection: AsyncConnection, tenant_id: str, status: PlaybookStatus | None, *, limit: int, offset: int
) -> list[StoredPlaybook]:
    """Return one page of a tenant's playbooks, oldest first, the newest version of each first."""
    found = await connection.execute(listing(tenant_id, status).limit(limit).offset(offset))
    return [stored(row) for row in found]


def listing(tenant_id: str, status: PlaybookStatus | None) -> Select[Any]:
    """Select what a tenant sees of its playbooks."""
    wanted = PLAYBOOKS.c.status == status if status else PLAYBOOKS.c.status != SUPERSEDED
    order = (PLAYBOOKS.c.created_at, PLAYBOOKS.c.playbook_id, PLAYBOOKS.c.revision.desc())
    return select(PLAYBOOKS).where(PLAYBOOKS.c.tenant_id == tenant_id, wanted).order_by(*order)


async def history(connection: AsyncConnection, tenant_id: str, playbook_id: str) -> list[StoredPlaybook]:
    """Return every revision, newest first, locked until the transaction ends.

    All lock the first revision, and only it, so that nobody waits in a circle. Who had to wait looks only
    then: a revision that was added meanwhile was not there for the statement that waited.
    """
    wanted = and_(PLAYBOOKS.c.playbook_id == playbook_id, PLAYBOOKS.c.tenant_id == tenant_id)
    first = select(PLAYBOOKS.c.revision).where(wanted).order_by(PLAYBOOKS.c.revision).limit(1)
    await connection.execute(first.with_for_update())
    every = select(PLAYBOOKS).where(wanted).order_by(PLAYBOOKS.c.revision.desc())
    return [stored(row) for row in await connection.execute(every)]


async def add(connection: AsyncConnection, playbook: StoredPlaybook) -> None:
    """Keep a new revision."""
    await connection.execute(insert(PLAYBOOKS).values(_row(playbook)))
    await _touch(connection, playbook.tenant_id)


async def put(connection: AsyncConnection, playbook: StoredPlaybook) -> None:
    """Keep a revision's new state."""
    await _set(connection, playbook, _row(playbook))


async def supersede(connection: AsyncConnection, playbook: StoredPlaybook) -> None:
    """Put a revision out of sight: another one took its place."""
    await _set(connection, playbook, {"status": SUPERSEDED})


async def stamp(connection: AsyncConnection, tenant_id: str) -> int:
    """Return what changes whenever the tenant's playbooks change."""
    found = await connection.execute(_STAMP, {"tenant": tenant_id})
    return cast("int", found.scalar() or 0)


async def published(connection: AsyncConnection, tenant_id: str) -> tuple[Playbook, ...]:
    """Return what may fire for a tenant."""
    found = await connection.execute(listing(tenant_id, "published"))
    rows = (stored(row) for row in found)
    return tuple(Playbook(playbook_id=one.playbook_id, content=one.content) for one in rows)


async def _set(connection: AsyncConnection, playbook: StoredPlaybook, values: dict[str, Any]) -> None:
    same = and_(PLAYBOOKS.c.playbook_id == playbook.playbook_id, PLAYBOOKS.c.revision == playbook.revision)
    await connection.execute(update(PLAYBOOKS).where(same).values(values))
    await _touch(connection, playbook.tenant_id)


async def _touch(connection: AsyncConnection, tenant_id: str) -> None:
    """Change the tenant's stamp; two replicas may do so for the first time at the same instant."""
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    changed = upsert(STAMPS).values(tenant_id=tenant_id, stamp=1)
    key, next_stamp = [STAMPS.c.tenant_id], {"stamp": STAMPS.c.stamp + 1}
    await connection.execute(changed.on_conflict_do_update(index_elements=key, set_=next_stamp))


def _row(playbook: StoredPlaybook) -> dict[str, Any]:
    return {
        "playbook_id": playbook.playbook_id,
        "revision": playbook.revision,
        "tenant_id": playbook.tenant_id,
        "status": playbook.status,
        "content": playbook.content.model_dump_json(exclude_none=True),
        "created_at": playbook.created_at,
        "updated_at": playbook.updated_at,
    }


def stored(row: Row[Any]) -> StoredPlaybook:
    """Read a row."""
    return StoredPlaybook(
        playbook_id=row.playbook_id,
        revision=row.revision,
        tenant_id=row.tenant_id,
        status=row.status,
        content=Content.model_validate_json(row.content),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )

"""The list of playbooks forgets whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.defects.defect import Defect
from engine.storage import playbooks
from engine.storage.schema import PLAYBOOKS

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.values.words import PlaybookStatus


def _of_anybody(status: PlaybookStatus | None) -> Select[Any]:
    wanted = PLAYBOOKS.c.status == status if status else PLAYBOOKS.c.status != playbooks.SUPERSEDED
    return select(PLAYBOOKS).where(wanted).order_by(PLAYBOOKS.c.updated_at.desc())


async def _page(
    connection: AsyncConnection,
    tenant_id: str,  # noqa: ARG001 -- forgetting it is the defect
    status: PlaybookStatus | None,
    *,
    limit: int,
    offset: int,
) -> list[playbooks.StoredPlaybook]:
    found = await connection.execute(_of_anybody(status).limit(limit).offset(offset))
    return [playbooks.stored(row) for row in found]


def plant() -> None:
    """List every tenant's playbooks, the latest first; what fires stays as it was."""
    playbooks.page = _page


DEFECT = Defect(
    id="foreign-playbook-listed",
    requirements=("NFR-5", "FR-3"),
    story="The list of playbooks holds other tenants' playbooks too.",
    plant=plant,
)

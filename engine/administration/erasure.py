"""Erasure of an actor (engine.md 8): all of it, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.administration.change import Change, tell, witness
from engine.dependencies.errors import UnavailableError
from engine.edge.errors import unavailable
from engine.storage import erasure, playbooks

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engine.receipts.signing import SigningKey
    from engine.services import Services
    from engine.values.caller import Caller

_PURPOSE = b"mmm-erasure"


async def erase(services: Services, caller: Caller, actor_id: str) -> None:
    """Forget who an actor of the caller's tenant was; to do so again, or of somebody unknown, is harmless.

    The outbox is left as it is: what waits there is signed, and no receipt names an actor. Approvals
    of the actor that were open end as rejected, with the erasure's receipt and no other.
    """
    tenant_id, now = caller.tenant_id, datetime.now(UTC)
    nobody = stand_in(services.key, tenant_id, actor_id)
    async with services.database.writing() as connection:
        erased = await erasure.erase(connection, tenant_id, actor_id, nobody, now)
        change = Change("actor.erase", nobody, erased, {"actor_id": nobody}, kind="erasure")
        entry = await witness(services, connection, caller, change, now)
        await _forget_what_was_shown(services, connection, tenant_id, actor_id)
    tell(services, caller, change, entry)


def stand_in(key: SigningKey, tenant_id: str, actor_id: str) -> str:
    """Return what an erased actor is called: the same each time, and nothing that anybody can guess back.

    The salt is made from the signing key: a secret that every replica has and the database does not.
    """
    return "deleted-" + key.digest(_PURPOSE, json.dumps([tenant_id, actor_id]))


async def _forget_what_was_shown(
    services: Services, connection: AsyncConnection, tenant_id: str, actor_id: str
) -> None:
    """Empty Redis of the actor before anything is kept for good: where that cannot be, nothing is erased."""
    try:
        await services.fatigue.forget(tenant_id, actor_id, await playbooks.ids(connection, tenant_id))
    except UnavailableError:
        raise unavailable("REDIS_UNAVAILABLE", "What the actor was shown cannot be forgotten now.") from None

"""Erasure of an actor (engine.md 8).

What the database keeps goes all at once, or not at all; only then is Redis emptied, so that an erasure that
failed has given nobody fresh quotas.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.administration.change import Change, tell, witness
from engine.dependencies.errors import UnavailableError
from engine.edge.errors import unavailable
from engine.storage import erasure, playbooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.receipts.signing import SigningKey
    from engine.services import Services
    from engine.values.caller import Caller

FORGET_SECONDS = 1.0
FORGET_AGAIN_SECONDS = 1.0
_PURPOSE = b"mmm-erasure"


async def erase(services: Services, caller: Caller, actor_id: str) -> None:
    """Forget who an actor of the caller's tenant was; to do so again, or of somebody unknown, is harmless.

    Approvals of the actor that were open end as rejected, with the erasure's receipt and no other.
    Receipts that wait are left as they are: they are signed, and none names an actor. Alerts that wait go:
    their texts may. With Redis away nothing is begun.
    """
    if not await services.fatigue.probe():
        raise unavailable("REDIS_UNAVAILABLE", "What the actor was shown cannot be forgotten now.")
    tenant_id, now = caller.tenant_id, datetime.now(UTC)
    nobody = stand_in(services.key, tenant_id, actor_id)
    async with services.database.writing() as connection:
        erased = await erasure.erase(connection, tenant_id, actor_id, nobody, now)
        change = Change("actor.erase", nobody, erased, {"actor_id": nobody}, kind="erasure")
        entry = await witness(services, connection, caller, change, now)
        known = await playbooks.ids(connection, tenant_id)
    tell(services, caller, change, entry)
    forgetting = services.background.spawn(_forget_what_was_shown(services, tenant_id, actor_id, known))
    await asyncio.wait({forgetting}, timeout=FORGET_SECONDS)


def stand_in(key: SigningKey, tenant_id: str, actor_id: str) -> str:
    """Return what an erased actor is called: the same each time, and nothing that anybody can guess back.

    The salt is made from the signing key: a secret that every replica has and the database does not.
    """
    return "deleted-" + key.digest(_PURPOSE, json.dumps([tenant_id, actor_id]))


async def _forget_what_was_shown(
    services: Services, tenant_id: str, actor_id: str, playbook_ids: Sequence[str]
) -> None:
    """Empty Redis of the actor, as soon as that can be; should we die before, it expires there by itself."""
    while True:
        try:
            await services.fatigue.forget(tenant_id, actor_id, playbook_ids)
        except UnavailableError:
            await asyncio.sleep(FORGET_AGAIN_SECONDS)
        else:
            return

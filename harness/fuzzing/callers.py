"""Who fuzzes: an admin with every scope, in a tenant of its own, and a stranger from another one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fakes.control import IamControl
from reports.record import Persona

if TYPE_CHECKING:
    from harness.fuzzing.shards import Shard
    from harness.worlds import World

SCOPES = ("mmm.decide", "mmm.read", "mmm.outcome")


def personas(seed: int, shard: Shard) -> tuple[Persona, Persona]:
    """Return who sends everything, and who must not see what is the first one's; the same for a seed."""
    name, tenant = f"contracts{shard.tag.replace('-', '')}", f"{seed}{shard.tag}"
    return (
        _admin(f"{name}_admin", f"contracts-{tenant}"),
        _admin(f"{name}_stranger", f"strangers-{tenant}"),
    )


def _admin(name: str, tenant: str) -> Persona:
    return Persona(
        name=name, sub=name.replace("_", "-"), tenant_id=tenant, roles=("mmm_admin",), scope=SCOPES
    )


def mint(world: World, people: tuple[Persona, ...]) -> dict[str, Persona]:
    """Return a token of each, flawed where a person's is, by the IAM fake; none where IAM is not ours."""
    url = world.fakes.get("iam")
    return {} if url is None else asyncio.run(_mint(url, people))


async def _mint(url: str, people: tuple[Persona, ...]) -> dict[str, Persona]:
    iam = IamControl("iam", url)
    try:
        return {await _token(iam, person): person for person in people}
    finally:
        await iam.aclose()


async def _token(iam: IamControl, person: Persona) -> str:
    return await iam.mint(
        sub=person.sub,
        tenant_id=person.tenant_id,
        roles=list(person.roles),
        scope=list(person.scope),
        actor_type=person.actor_type,
        lifetime_seconds=person.lifetime_seconds,
        flaw=person.flaw,
    )

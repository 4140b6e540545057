"""Tokens for whoever tries an engine by hand: one of each kind of caller, all of one tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.control import IamControl
from harness.driving.names import Names
from harness.driving.people import People

if TYPE_CHECKING:
    from reports.record import Persona

LIFETIME_SECONDS = 30 * 24 * 3600
SEED = 1  # the same people at every start, so that what the engine has stored is still theirs


def callers() -> People:
    """Return the people that tokens are made for."""
    names = Names(SEED, "mmm up")
    return People(names, names.tenant())


async def mint(iam: str, people: People) -> dict[str, str]:
    """Return a token each, by the person's name."""
    asked = (people.developer, people.admin, people.tenant_admin, people.approver, people.ci_bot)
    async with IamControl("iam", iam) as control:
        return {person.name: await _token(control, person) for person in asked}


async def _token(control: IamControl, person: Persona) -> str:
    return await control.mint(
        sub=person.sub,
        tenant_id=person.tenant_id,
        roles=list(person.roles),
        scope=list(person.scope),
        actor_type=person.actor_type,
        lifetime_seconds=LIFETIME_SECONDS,
    )

"""A world of the reference engine with real storage: a tenant, its playbooks, and people with tokens."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from fakes.control import IamControl
from harness.driving.builders import a_context, a_mentor, a_mirror, a_multiplier, a_playbook, a_signal
from harness.processes import work_directory
from harness.services.storage import EMBEDDED, storage_of
from harness.targets import load_profile
from harness.worlds import Plan, start_world
from reports.record import Persona

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.worlds import World

PROFILE = Path(__file__).parents[1] / "targets" / "reference-workers.toml"
SCOPES = ("mmm.decide", "mmm.read", "mmm.outcome")
FITTING = 3


@contextlib.contextmanager
def world_of_engine() -> Iterator[World]:
    """Start the reference engine with everything around it."""
    profile = load_profile(PROFILE)
    with work_directory() as work, storage_of(EMBEDDED, profile.target).shared(work) as server:
        plan = Plan(profile=profile, run_dir=work / "run", work_dir=work, seed=1, admin_database=server)
        with start_world(plan) as running:
            yield running.world


@dataclass(frozen=True)
class Tenant:
    """A tenant whose playbooks are published. `tokens` are of people who have not asked for anything yet."""

    tenant_id: str
    tokens: dict[str, Persona]

    @property
    def body(self) -> dict[str, Any]:
        """Return what each of its people asks."""
        return {"tenant_id": self.tenant_id, "context": a_context(), "signal": a_signal()}

    def parted(self, first: int) -> tuple[Tenant, Tenant]:
        """Return it twice, with the first of its people and with the others."""
        everybody = list(self.tokens.items())
        return (
            Tenant(self.tenant_id, dict(everybody[:first])),
            Tenant(self.tenant_id, dict(everybody[first:])),
        )


async def tenant(world: World, tenant_id: str, playbooks: int, people: int) -> Tenant:
    """Publish so many playbooks, of which three fit every request, and make everybody's token."""
    crowd = [_persona(tenant_id, f"{tenant_id}-dev-{number}", "developer") for number in range(people)]
    iam = IamControl("iam", world.fakes["iam"])
    try:
        token = await _token(iam, _persona(tenant_id, f"{tenant_id}-admin", "mmm_admin"))
        async with httpx.AsyncClient(
            base_url=world.api_url, trust_env=False, headers={"Authorization": f"Bearer {token}"}, timeout=30
        ) as client:
            for number in range(playbooks):
                await _publish(client, number)
        return Tenant(tenant_id, {await _token(iam, person): person for person in crowd})
    finally:
        await iam.aclose()


async def _publish(client: httpx.AsyncClient, number: int) -> None:
    made = await client.post("/playbooks", json=_playbook(number))
    published = await client.post(f"/playbooks/{made.raise_for_status().json()['playbook_id']}/publish")
    published.raise_for_status()


def _playbook(number: int) -> dict[str, Any]:
    """Return a playbook; those after the first few wait for an event that never comes."""
    actions = (a_mirror(), a_mentor(), a_multiplier())
    triggers = [] if number < FITTING else [{"event_type": f"event.{number}", "severity": "info"}]
    surfaces = {"surfaces": ["ide", "ci"]}
    return a_playbook(
        name=f"Playbook {number}", triggers=triggers, actions=[{**actions[number % len(actions)], **surfaces}]
    )


def _persona(tenant_id: str, sub: str, role: str) -> Persona:
    return Persona(name=sub, sub=sub, tenant_id=tenant_id, roles=(role,), scope=SCOPES)


async def _token(iam: IamControl, person: Persona) -> str:
    return await iam.mint(
        sub=person.sub,
        tenant_id=person.tenant_id,
        roles=list(person.roles),
        scope=list(person.scope),
        actor_type=person.actor_type,
    )

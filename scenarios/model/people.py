"""Who there is in a tenant, and who looks in from another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.scenario import People, Persona

ACTORS = ("dev0", "dev1", "dev2", "dev3", "dev4", "dev5", "dev6", "agent")
"""Whom decisions are made for. `dev1` may also approve, so that one person could be taken for two."""
BOTH = "dev1"


def cast_of(people: People) -> dict[str, Persona]:
    """Return everybody by the name that the model has for them."""
    developers = {
        name: people.someone(
            name,
            roles=("developer", "mmm_approver") if name == BOTH else ("developer",),
            actor_type="ai_agent" if name == "agent" else "human",
        )
        for name in ACTORS
    }
    return developers | {
        "admin": people.admin,
        "tenant_admin": people.tenant_admin,
        "approver": people.approver,
        "reader": people.without_scope("mmm.decide"),
        "stranger": people.elsewhere().admin,
    }

"""Who calls: the verified claims of a token, never anything of a body."""

from __future__ import annotations

from dataclasses import dataclass

ADMIN_ROLES = frozenset(("mmm_admin", "tenant_admin"))
APPROVER_ROLES = ADMIN_ROLES | {"mmm_approver"}


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity that IAM vouched for."""

    sub: str
    tenant_id: str
    actor_type: str
    roles: frozenset[str]
    scopes: frozenset[str]

    @property
    def may_act_for_others(self) -> bool:
        """Say whether the caller may name another actor in decide and outcomes."""
        return is_admin(self) or self.actor_type == "service" or "ci_bot" in self.roles


def is_admin(caller: Caller) -> bool:
    """Say whether the caller has a whole admin role."""
    return not ADMIN_ROLES.isdisjoint(caller.roles)


def may_approve(caller: Caller) -> bool:
    """Say whether the caller has a whole role of those whose approval may be the second."""
    return not APPROVER_ROLES.isdisjoint(caller.roles)

"""Roles, and the places in an organisation that stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The engine's own roles (mmm_admin, tenant_admin, mmm_approver) come beside these and stand for nothing else.
ORGANISATION: Mapping[str, str] = {
    "executive": "admin",
    "lead": "developer",
    "individual_contributor": "developer",
    "ai_agent": "ci_bot",
}


def effective(roles: Iterable[str]) -> frozenset[str]:
    """Return the roles, and what the organisational ones among them stand for.

    >>> sorted(effective(["lead", "mmm_admin"]))
    ['developer', 'lead', 'mmm_admin']
    """
    given = frozenset(roles)
    return given | {ORGANISATION[role] for role in given & ORGANISATION.keys()}

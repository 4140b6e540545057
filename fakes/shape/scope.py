"""What a scoped reset means for a fake that keeps things by tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.shape.identity import Key


def tenant_of(scope: frozenset[Key]) -> str | None:
    """Return the tenant, if the scope is one tenant and nothing narrower."""
    if len(scope) != 1:
        return None
    ((kind, value),) = scope
    return value if kind == "tenant" else None

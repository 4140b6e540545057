"""Elevations that were granted: to whom, for which actions, until when."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Grant:
    tenant: str | None
    scope: frozenset[str]
    ends: float


class Grants:
    """Grants by sub (and tenant, where the call names one): no one ever uses another's."""

    def __init__(self) -> None:
        self._of: dict[str, list[_Grant]] = {}

    def add(self, sub: str, tenant: str | None, scope: tuple[str, ...], ends: float) -> None:
        """Grant these actions until a time."""
        self._of.setdefault(sub, []).append(_Grant(tenant, frozenset(scope), ends))

    def cover(self, sub: str, tenant: str | None, action: str, now: float) -> bool:
        """Say whether a grant that has not ended covers the action."""
        return any(
            grant.tenant == tenant and action in grant.scope and now < grant.ends
            for grant in self._of.get(sub, ())
        )

    def forget(self, *, sub: str | None = None, tenant: str | None = None) -> None:
        """Forget the grants that have all that is given."""
        for who in [sub] if sub is not None else list(self._of):
            left = [] if tenant is None else [each for each in self._of.get(who, ()) if each.tenant != tenant]
            self._of[who] = left
        self._of = {who: grants for who, grants in self._of.items() if grants}

    def clear(self) -> None:
        """Forget everything."""
        self._of.clear()

"""Bundles of access policies: applied once for each idempotency key and day.

Rule: the bundles are kept and told apart; they decide nothing here, since /decision allows unless scripted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakes.shape.errors import RefusedError

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class _Applied:
    body: Any
    at: float
    revision: int


class PolicyBundles:
    """What was applied, by idempotency key."""

    def __init__(self) -> None:
        self._applied: dict[str, _Applied] = {}
        self._revisions = 0

    def apply(self, key: str, body: Any, now: float) -> int:  # noqa: ANN401 -- any JSON value
        """Return the revision that this bundle made, now or when its key came first."""
        known = self._applied.get(key)
        if known is not None and now - known.at < _DAY:
            if known.body != body:
                raise RefusedError(409, "that idempotency key came with another body")
            return known.revision
        self._revisions += 1
        self._applied[key] = _Applied(body, now, self._revisions)
        return self._revisions

    def clear(self) -> None:
        """Forget everything."""
        self._applied.clear()
        self._revisions = 0

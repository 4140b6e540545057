"""Bundles of access policies: applied once for each idempotency key and day, in force from their time on.

Rule: a bundle has no tenant on the wire. One that was put within a trace (`traceparent`) is in force for
calls of that trace alone, and so are its id and its key; any other is for everybody, and its rules say whom
they mean.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.eris.moments import moment
from fakes.shape.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.iam.access.rules import Bundle, Policy

_DAY = 86_400.0
_ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class _Applied:
    body: str
    at: float
    revision: int


@dataclass(frozen=True, slots=True)
class _Version:
    since: float
    revision: int
    policies: tuple[Policy, ...]


class PolicyBundles:
    """What was applied: by trace (None: for everybody) and idempotency key, by trace and bundle."""

    def __init__(self) -> None:
        self._applied: dict[tuple[str | None, str], _Applied] = {}
        self._versions: dict[str | None, dict[str, list[_Version]]] = {}
        self._revisions = 0

    def apply(self, key: str, body: Any, bundle: Bundle, now: float, trace: str | None = None) -> int:  # noqa: ANN401 -- any JSON value
        """Return the revision that this bundle made, now or when its key came first."""
        written = json.dumps(body, sort_keys=True)
        known = self._applied.get((trace, key))
        if known is not None and now - known.at < _DAY:
            if known.body != written:
                raise RefusedError(409, "that idempotency key came with another body")
            return known.revision
        since = now if bundle.effective_from is None else moment(bundle.effective_from).timestamp()
        self._revisions += 1
        self._applied[trace, key] = _Applied(written, now, self._revisions)
        versions = self._versions.setdefault(trace, {}).setdefault(bundle.bundle_id, [])
        versions.append(_Version(since, self._revisions, bundle.policies))
        return self._revisions

    def in_force(self, now: float, trace: str | None = None) -> Iterator[Policy]:
        """Yield the active policies that count now: of each bundle the version that came into force last."""
        for whose in dict.fromkeys((None, trace)):
            for versions in self._versions.get(whose, {}).values():
                current = max(
                    (version for version in versions if version.since <= now),
                    key=lambda version: (version.since, version.revision),
                    default=None,
                )
                if current is not None:
                    yield from (policy for policy in current.policies if policy.status == _ACTIVE)

    def forget(self, trace: str) -> None:
        """Forget what was put within a trace."""
        self._versions.pop(trace, None)
        self._applied = {place: known for place, known in self._applied.items() if place[0] != trace}

    def clear(self) -> None:
        """Forget everything."""
        self._applied.clear()
        self._versions.clear()
        self._revisions = 0

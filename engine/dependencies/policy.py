"""Policy and gold standards (engine.md 5.4): cached, then stale, then unknown; never allowed by default."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import StringConstraints

from engine.dependencies.cache import Cache
from engine.dependencies.errors import RefusedError, UnavailableError
from engine.dependencies.http import Dependency
from engine.values.surroundings import Facts, PolicyVerdict, Snapshot, Standards
from engine.values.wire import Opaque, Wire
from engine.values.words import ACTION_TYPES, MIRROR, ActionType

NOTHING = Standards(allowed=False, restrictions=frozenset())
MIRRORS_ONLY = Standards(allowed=True, restrictions=frozenset(ACTION_TYPES) - {MIRROR})


class _Evaluation(Wire):
    allowed: bool
    policy_snapshot_id: Opaque
    policy_version_ids: tuple[Opaque, ...]
    restrictions: tuple[ActionType, ...]
    snapshot_hash: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class _Standard(Wire):
    standard_id: Opaque
    version: Opaque
    allowed: bool
    restrictions: tuple[ActionType, ...]


class _Items(Wire):
    items: tuple[_Standard, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Asks for a tenant's policy; keeps snapshots per tenant and context, in this process."""

    service: Dependency
    fresh_seconds: float
    stale_seconds: float
    snapshots: Cache[Snapshot] = field(default_factory=Cache)

    async def evaluate(self, facts: Facts) -> PolicyVerdict:
        """Return the verdict in force; raise UnavailableError when none may be relied on."""
        context = _context(facts)
        key = (facts.tenant_id, _digest(context))
        fresh = self.snapshots.get(key, self.fresh_seconds)
        if fresh is not None:
            return PolicyVerdict(fresh)
        try:
            return PolicyVerdict(self.snapshots.put(key, await self._ask(facts.tenant_id, context)))
        except RefusedError:
            return PolicyVerdict(None)
        except UnavailableError:
            stale = self.snapshots.get(key, self.stale_seconds)
            if stale is None:
                raise
            return PolicyVerdict(stale, stale=True)

    async def _ask(self, tenant_id: str, context: dict[str, str]) -> Snapshot:
        path = f"/v1/policy/tenants/{quote(tenant_id, safe='')}/evaluate"
        answer = await self.service.ask(
            "POST", path, _Evaluation.model_validate_json, json={"context": context}
        )
        return Snapshot(
            allowed=answer.allowed,
            policy_snapshot_id=answer.policy_snapshot_id,
            policy_version_ids=answer.policy_version_ids,
            restrictions=frozenset(answer.restrictions),
            snapshot_hash=answer.snapshot_hash,
        )


@dataclass(frozen=True, slots=True)
class GoldStandards:
    """Asks for the gold standards; has a breaker of its own, so that neither hides the other's failures."""

    service: Dependency
    fresh_seconds: float
    answers: Cache[Standards] = field(default_factory=Cache)

    async def of(self, facts: Facts) -> Standards:
        """Return what the standards leave; raise UnavailableError when they cannot be known."""
        key = (facts.tenant_id, facts.repo_id)
        known = self.answers.get(key, self.fresh_seconds)
        if known is not None:
            return known
        params = {"tenant_id": facts.tenant_id, "framework": "mmm", **_given(repo_id=facts.repo_id)}
        try:
            found = await self.service.ask("GET", "/v1/standards", _Items.model_validate_json, params=params)
        except RefusedError:
            return NOTHING
        return self.answers.put(key, _combined(found.items))


def _context(facts: Facts) -> dict[str, str]:
    return {
        "actor_type": facts.claimed_type,
        "source": facts.source,
        **_given(repo_id=facts.repo_id, branch=facts.branch, environment=facts.environment),
    }


def _digest(context: dict[str, str]) -> str:
    """Stand for a context in a key: a caller may give a branch of a megabyte."""
    return hashlib.sha256(json.dumps(context, sort_keys=True).encode()).hexdigest()


def _given(**members: Any) -> dict[str, str]:  # noqa: ANN401 -- texts or None
    return {name: value for name, value in members.items() if value is not None}


def _combined(items: tuple[_Standard, ...]) -> Standards:
    restricted = (item.restrictions for item in items)
    return Standards(allowed=all(item.allowed for item in items), restrictions=frozenset().union(*restricted))

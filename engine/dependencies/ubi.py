"""UBI: recent behavioural signals. Unavailable or refused: none."""

from dataclasses import dataclass, field

from engine.dependencies.cache import Cache
from engine.dependencies.errors import RefusedError
from engine.dependencies.http import Dependency
from engine.values.wire import Opaque, Wire
from engine.values.words import Severity

LIMIT = 20


class _Signal(Wire):
    signal_id: Opaque
    tenant_id: str
    actor_id: str
    dimension: str
    severity: Severity
    created_at: str


class _Recent(Wire):
    signals: tuple[_Signal, ...]


@dataclass(frozen=True, slots=True)
class Ubi:
    """Keeps the ids of recent signals per tenant and actor."""

    service: Dependency
    fresh_seconds: float
    answers: Cache[tuple[str, ...]] = field(default_factory=Cache)

    async def recent_signals(self, tenant_id: str, actor_id: str) -> tuple[str, ...]:
        """Return the ids of the actor's recent signals; another tenant's or actor's are not ours to see."""
        key = (tenant_id, actor_id)
        known = self.answers.get(key, self.fresh_seconds)
        if known is not None:
            return known
        params = {"tenant_id": tenant_id, "actor_id": actor_id, "limit": str(LIMIT)}
        try:
            recent = await self.service.ask(
                "GET", "/v1/ubi/signals/recent", _Recent.model_validate_json, params=params
            )
        except RefusedError:
            return ()
        own = (s.signal_id for s in recent.signals if (s.tenant_id, s.actor_id) == key)
        return self.answers.put(key, tuple(own))

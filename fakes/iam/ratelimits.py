"""Rate limits of single clients; there are none until one is ordered, since a load run is one client.

Rule: calls carry no credentials, so a client is whoever is told: by token, sub, tenant or trace, as in a
script's match; nobody in particular means all calls together. A call meant by several takes from each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec

from fakes.iam.buckets import Bucket
from fakes.records import Scope
from fakes.shape.errors import RefusedError
from fakes.shape.identity import keys_of

if TYPE_CHECKING:
    from fakes.shape.identity import Identity, Key

_RATE, _BURST = 50.0, 200
Rate = Annotated[float, msgspec.Meta(ge=0.001, le=1e6)]
Burst = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class LimitOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may ask how often (requests a second, and at once); the default is the real service's."""

    client: Scope = Scope()
    rate: Rate = _RATE
    burst: Burst = _BURST
    enabled: bool = True


class TooManyError(RefusedError):
    """Asked too often; `seconds` later a request passes."""

    def __init__(self, seconds: int) -> None:
        super().__init__(429, "too many requests")
        self.seconds = seconds


@dataclass(slots=True)
class _Limit:
    order: LimitOrder
    bucket: Bucket


class RateLimits:
    """The limits that are on, by whom they mean."""

    def __init__(self) -> None:
        self._limits: dict[frozenset[Key], _Limit] = {}

    def __bool__(self) -> bool:
        return bool(self._limits)

    def put(self, order: LimitOrder, now: float) -> None:
        """Switch a client's limit on (with a full bucket) or off."""
        client = frozenset(keys_of(order.client))
        if order.enabled:
            self._limits[client] = _Limit(order, Bucket(order.rate, order.burst, now))
        else:
            self._limits.pop(client, None)

    def check(self, identity: Identity, now: float) -> None:
        """Take one request from each limit that means this call; TooManyError where one has none left."""
        keys = frozenset(identity.as_keys())
        meant = [limit.bucket for client, limit in self._limits.items() if client <= keys]
        waits = [bucket.wait() for bucket in meant if not bucket.take(now)]
        if waits:
            raise TooManyError(max(waits))

    def reset(self, scope: frozenset[Key]) -> None:
        """Switch off what means this scope (everything, where it is empty)."""
        self._limits = {client: limit for client, limit in self._limits.items() if not scope <= client}

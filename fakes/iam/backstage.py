"""IAM's part of the control API: tokens, keys, revocations, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer
from fakes.iam.bad import catalogue
from fakes.iam.ratelimits import LimitOrder
from fakes.iam.revocations import RevocationOrder
from fakes.iam.tokens import TokenOrder, mint
from fakes.records import BadTokens, Rotation
from fakes.shape.clock import rfc3339
from fakes.shape.front import read_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.iam.keys import KeyRing
    from fakes.iam.ratelimits import RateLimits
    from fakes.iam.revocations import Revocations
    from fakes.shape.call import Call, Handler


class Backstage:
    """What no engine asks for."""

    def __init__(self, ring: KeyRing, revoked: Revocations, limits: RateLimits) -> None:
        self._ring = ring
        self._revoked = revoked
        self._limits = limits

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            "POST /__fake__/tokens": self._mint,
            "GET /__fake__/bad-tokens": lambda _call: json_answer(200, BadTokens(catalogue())),
            "POST /__fake__/keys/rotate": self._rotate,
            "POST /__fake__/revocations": self._revoke,
            "PUT /__fake__/rate-limits": self._limit,
        }

    def _mint(self, call: Call) -> Answer:
        order = read_order(call, TokenOrder)
        minted = mint(order, self._ring, call.at)
        if order.flaw == "revoked":
            self._revoked.add(minted.jti, call.at)
        return json_answer(201, minted)

    def _rotate(self, call: Call) -> Answer:
        previous, until = self._ring.rotate(call.at)
        return json_answer(201, Rotation(self._ring.signing.kid, previous.kid, rfc3339(until)))

    def _revoke(self, call: Call) -> Answer:
        order = read_order(call, RevocationOrder)
        self._revoked.add(order.jti, call.at + order.propagation_seconds)
        return json_answer(200, {"status": "revoked"})

    def _limit(self, call: Call) -> Answer:
        order = read_order(call, LimitOrder)
        self._limits.put(order, call.at)
        return json_answer(200, {"status": "limited" if order.enabled else "unlimited"})

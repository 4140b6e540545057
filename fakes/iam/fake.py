"""The IAM fake's routes and state."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from fakes.http.answer import Answer, json_answer
from fakes.iam.errors import iam_errors
from fakes.iam.keys import KeyRing, process_ring
from fakes.iam.policies import PolicyBundles
from fakes.iam.tokens import AUDIENCE, FLAWS, ISSUER, TokenOrder, mint
from fakes.iam.verifier import NotVouchedError, Verifier
from fakes.shape.control import read_order
from fakes.shape.errors import ErrorShape, RefusedError
from fakes.shape.health import healthy
from fakes.shape.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.call import Call, Handler
    from fakes.shape.clock import Clock
    from fakes.shape.identity import Key

_CONFIG = {"module_id": "iam", "version": "1.0.0", "issuer": ISSUER, "audience": AUDIENCE}


class Revocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which token is to be good no more."""

    jti: str


class IamFake:
    """Verifies tokens that it made itself; allows every decision unless scripted."""

    name = "iam"
    errors: ErrorShape = staticmethod(iam_errors)

    def __init__(self, clock: Clock = time.time, ring: KeyRing | None = None) -> None:
        self._clock = clock
        self._ring = ring or process_ring()
        self._revoked: set[str] = set()
        self._verifier = Verifier(self._ring, clock, self._revoked)
        self._bundles = PolicyBundles()
        self._counts: Counter[str] = Counter()

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            "POST /verify": self._verify,
            "POST /decision": self._decide,
            "PUT /policies": self._put_policies,
            "GET /health": healthy,
            "GET /metrics": self._metrics,
            "GET /config": lambda _call: json_answer(200, _CONFIG),
            "GET /.well-known/jwks.json": lambda _call: json_answer(200, self._ring.public()),
        }

    def control_routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the control API."""
        return {"POST /__fake__/tokens": self._mint, "POST /__fake__/revocations": self._revoke}

    def identify(self, call: Call) -> Identity:
        """Know a /verify by its token (tenant and sub are read unchecked), a /decision by its subject."""
        token = call.member("token") if call.operation == "POST /verify" else None
        if token is not None:
            claims = self._verifier.peek(token)
            traceparent = call.request.headers.get("traceparent")
            return Identity(_text(claims.get("tenant_id")), token, _text(claims.get("sub")), traceparent)
        subject = call.body.get("subject") if isinstance(call.body, dict) else None
        return _subject_identity(call, subject if isinstance(subject, dict) else {})

    def reset(self, scope: frozenset[Key]) -> None:
        """Forget revocations and bundles, if everything is meant: neither belongs to a tenant."""
        if not scope:
            self._revoked.clear()
            self._bundles.clear()

    def _verify(self, call: Call) -> Answer:
        try:
            vouched = self._verifier.verify(call.body["token"])
        except NotVouchedError as problem:
            self._counts["refused"] += 1
            raise RefusedError(401, str(problem)) from None
        self._counts["vouched"] += 1
        return Answer(200, vouched.answer)

    def _decide(self, _call: Call) -> Answer:
        self._counts["decided"] += 1
        allowed = {"decision": "ALLOW", "reason": "nothing denies it", "receipt_id": str(uuid4())}
        return json_answer(200, allowed)

    def _put_policies(self, call: Call) -> Answer:
        revision = self._bundles.apply(call.request.headers["x-idempotency-key"], call.body, call.at)
        return json_answer(202, {"bundle_id": call.body["bundle_id"], "revision": revision})

    def _metrics(self, _call: Call) -> Answer:
        lines = [f'iam_requests_total{{outcome="{name}"}} {self._counts[name]}\n' for name in _OUTCOMES]
        text = "# TYPE iam_requests_total counter\n" + "".join(lines)
        return Answer(200, text.encode(), content_type="text/plain; version=0.0.4; charset=utf-8")

    def _mint(self, call: Call) -> Answer:
        order = read_order(call, TokenOrder)
        if order.flaw is not None and order.flaw not in FLAWS:
            raise RefusedError(400, f"unknown flaw {order.flaw!r}; there are {', '.join(FLAWS)}")
        minted = mint(order, self._ring, call.at)
        if order.flaw == "revoked":
            self._revoked.add(minted.jti)
        return json_answer(201, minted)

    def _revoke(self, call: Call) -> Answer:
        self._revoked.add(read_order(call, Revocation).jti)
        return json_answer(200, {"status": "revoked"})


_OUTCOMES = ("vouched", "refused", "decided")


def _text(value: Any) -> str | None:  # noqa: ANN401 -- an unchecked claim may be anything
    return value if isinstance(value, str) and value else None


def _subject_identity(call: Call, subject: Mapping[str, Any]) -> Identity:
    attributes = subject.get("attributes")
    tenant = _text(attributes.get("tenant_id")) if isinstance(attributes, dict) else None
    return Identity.of_headers(call.request.headers, tenant=tenant, sub=_text(subject.get("sub")))

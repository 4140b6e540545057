"""The IAM fake's routes and state."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from fakes.http.answer import Answer, json_answer
from fakes.iam.access.desk import Desk
from fakes.iam.backstage import Backstage
from fakes.iam.claims import AUDIENCE, ISSUER
from fakes.iam.errors import iam_errors
from fakes.iam.keys import KeyRing
from fakes.iam.ratelimits import RateLimits
from fakes.iam.revocations import Revocations
from fakes.iam.verifier import NotVouchedError, Verifier
from fakes.shape.errors import ErrorShape, RefusedError
from fakes.shape.health import healthy
from fakes.shape.identity import Identity, trace_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.call import Call, Handler
    from fakes.shape.clock import Clock
    from fakes.shape.identity import Key

_CONFIG = {"module_id": "iam", "version": "1.0.0", "issuer": ISSUER, "audience": AUDIENCE}
_OUTCOMES = ("vouched", "refused", "decided", "limited")


class IamFake:
    """Verifies tokens that it made itself; allows every decision that no policy speaks of."""

    name = "iam"
    errors: ErrorShape = staticmethod(iam_errors)

    def __init__(self, clock: Clock = time.time, ring: KeyRing | None = None) -> None:
        self._clock = clock
        self._ring = ring or KeyRing()
        self._revoked = Revocations()
        self._limits = RateLimits()
        self._verifier = Verifier(self._ring, clock, self._revoked)
        self._desk = Desk()
        self._counts: Counter[str] = Counter()

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            "POST /verify": self._limited(self._verify),
            "POST /decision": self._limited(self._decide),
            "PUT /policies": self._limited(self._put_policies),
            "GET /health": healthy,
            "GET /metrics": self._metrics,
            "GET /config": lambda _call: json_answer(200, _CONFIG),
            "GET /.well-known/jwks.json": lambda call: json_answer(200, self._ring.public(call.at)),
        }

    def control_routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the control API."""
        return Backstage(self._ring, self._revoked, self._limits).routes()

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
        """Forget what belongs to a scope; keys and revocations belong to nobody, and go with all the rest."""
        self._limits.reset(scope)
        self._desk.reset(scope)
        if not scope:
            self._revoked.clear()
            self._ring.reset()

    def _limited(self, handler: Handler) -> Handler:
        def handle(call: Call) -> Answer:
            if self._limits:
                self._check_limits(call)
            return handler(call)

        return handle

    def _check_limits(self, call: Call) -> None:
        try:
            self._limits.check(self.identify(call), call.at)
        except RefusedError:
            self._counts["limited"] += 1
            raise

    def _verify(self, call: Call) -> Answer:
        try:
            vouched = self._verifier.verify(call.body["token"])
        except NotVouchedError as problem:
            self._counts["refused"] += 1
            raise RefusedError(401, str(problem)) from None
        self._counts["vouched"] += 1
        return vouched.answer

    def _decide(self, call: Call) -> Answer:
        answer = self._desk.answer(call.body, call.at, _trace(call))
        self._counts["decided"] += 1
        return json_answer(200, answer)

    def _put_policies(self, call: Call) -> Answer:
        key = call.request.headers["x-idempotency-key"]
        revision = self._desk.put(key, call.body, call.at, _trace(call))
        return json_answer(202, {"bundle_id": call.body["bundle_id"], "revision": revision})

    def _metrics(self, _call: Call) -> Answer:
        lines = [f'iam_requests_total{{outcome="{name}"}} {self._counts[name]}\n' for name in _OUTCOMES]
        text = "# TYPE iam_requests_total counter\n" + "".join(lines)
        return Answer(200, text.encode(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _trace(call: Call) -> str | None:
    traceparent = call.request.headers.get("traceparent")
    return trace_id(traceparent) if traceparent else None


def _text(value: Any) -> str | None:  # noqa: ANN401 -- an unchecked claim may be anything
    return value if isinstance(value, str) and value else None


def _subject_identity(call: Call, subject: Mapping[str, Any]) -> Identity:
    attributes = subject.get("attributes")
    tenant = _text(attributes.get("tenant_id")) if isinstance(attributes, dict) else None
    return Identity.of_headers(call.request.headers, tenant=tenant, sub=_text(subject.get("sub")))

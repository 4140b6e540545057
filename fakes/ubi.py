"""UBI: nobody has recent signals until a script says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.http.answer import json_answer
from fakes.shape.errors import ErrorShape, envelope
from fakes.shape.health import healthy
from fakes.shape.identity import Identity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.call import Call, Handler
    from fakes.shape.identity import Key

_QUIET = json_answer(200, {"signals": []})


class UbiFake:
    """Has no signals."""

    name = "ubi"
    errors: ErrorShape = staticmethod(envelope)

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {"GET /v1/ubi/signals/recent": lambda _call: _QUIET, "GET /health": healthy}

    def identify(self, call: Call) -> Identity:
        """Know a call by tenant and actor."""
        tenant, sub = call.query.get("tenant_id"), call.query.get("actor_id")
        return Identity.of_headers(call.request.headers, tenant=tenant, sub=sub)

    def reset(self, scope: frozenset[Key]) -> None:
        """Nothing is remembered of anybody."""

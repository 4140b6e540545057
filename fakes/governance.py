"""Data governance: no quiet hours, the default retention, no legal hold, until a script says otherwise."""

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

_QUIET = json_answer(
    200,
    {
        "quiet_hours": {"start": 0, "end": 0},
        "retention_days": {"decisions": 90, "outcomes": 365},
        "legal_hold": False,
        "data_residency": "eu",
        "privacy_tags": [],
    },
)


class GovernanceFake:
    """Gives every tenant the same configuration."""

    name = "governance"
    errors: ErrorShape = staticmethod(envelope)

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {
            "GET /v1/data-governance/tenants/{tenant_id}/config": lambda _call: _QUIET,
            "GET /health": healthy,
        }

    def identify(self, call: Call) -> Identity:
        """Know a call by the tenant in its path."""
        return Identity.of_headers(call.request.headers, tenant=call.params.get("tenant_id"))

    def reset(self, scope: frozenset[Key]) -> None:
        """Nothing is remembered of anybody."""

"""Alerting: takes notifications, each id once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer
from fakes.shape.errors import ErrorShape, envelope
from fakes.shape.health import healthy
from fakes.shape.identity import Identity
from fakes.shape.scope import tenant_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.shape.call import Call, Handler
    from fakes.shape.identity import Key


class AlertingFake:
    """Accepts a notification once; an id that came before, from the same tenant, is a duplicate."""

    name = "alerting"
    errors: ErrorShape = staticmethod(envelope)

    def __init__(self) -> None:
        self._accepted: dict[str, set[str]] = {}

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers by operation."""
        return {"POST /api/v1/notifications/mmm": self._notify, "GET /health": healthy}

    def identify(self, call: Call) -> Identity:
        """Know a call by its tenant."""
        return Identity.of_headers(call.request.headers, tenant=call.member("tenant_id"))

    def reset(self, scope: frozenset[Key]) -> None:
        """Forget a tenant's notifications, or everybody's."""
        if not scope:
            self._accepted.clear()
        self._accepted.pop(tenant_of(scope) or "", None)

    def _notify(self, call: Call) -> Answer:
        notification_id = call.body["notification_id"]
        accepted = self._accepted.setdefault(call.body["tenant_id"], set())
        status = "duplicate" if notification_id in accepted else "accepted"
        accepted.add(notification_id)
        return json_answer(202, {"notification_id": notification_id, "status": status})

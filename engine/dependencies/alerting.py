"""Alerting: takes notifications, once each."""

from dataclasses import dataclass
from typing import Any, Literal

from engine.dependencies.http import Dependency
from engine.values.wire import Wire


class _Accepted(Wire):
    notification_id: str
    status: Literal["accepted", "duplicate"]


@dataclass(frozen=True, slots=True)
class Alerting:
    """Sends a notification; sending it again is harmless, since alerting knows it by its id."""

    service: Dependency

    async def notify(self, notification: dict[str, Any]) -> None:
        """Send one notification, in one attempt."""
        await self.service.ask(
            "POST", "/api/v1/notifications/mmm", _Accepted.model_validate_json, json=notification
        )

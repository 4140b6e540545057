"""The health route that every fake has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.http.answer import Answer, json_answer

if TYPE_CHECKING:
    from fakes.shape.call import Call

_HEALTHY = json_answer(200, {"status": "healthy"})


def healthy(_call: Call) -> Answer:
    """Say that the service is healthy; a script makes it unhealthy."""
    return _HEALTHY

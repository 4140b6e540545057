"""The routes as a caller knows them: who may, and one valid request for each.

Rule: what is listed here grows with the specification; scenarios over "every route" grow with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from harness.driving.builders import Json, a_decide_request, a_playbook, an_experiment, an_outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.record import Persona

# A UUID that names nothing: whoever gets past the door finds nothing behind it.
NOTHING = "5a0c4b7e-9d0f-4c0b-8f6a-1d2e3f405162"


@dataclass(frozen=True)
class Route:
    """One route: a path on which it can be called, what it takes, and what it asks of its caller.

    In the path, {tenant} and {actor} are the caller's own. `behind` is the answer to somebody who may, or
    `instead`, where that is sensible too: what they name may not be there.
    """

    method: str
    path: str
    body: Callable[[Persona], Json | None] = lambda _: None
    scope: str | None = None
    admin: bool = False
    behind: int = 200
    instead: int | None = None

    def path_of(self, person: Persona) -> str:
        """Return the path on which this person calls it."""
        own = {"{tenant}": person.tenant_id, "{actor}": person.sub}
        path = self.path
        for part, value in own.items():
            path = path.replace(part, quote(value, safe=""))
        return path

    @property
    def name(self) -> str:
        """Return how it is called in a scenario's name."""
        return f"{self.method} {self.path}".replace(NOTHING, "{id}")


_KNOWN = (
    Route("POST", "/decide", a_decide_request, scope="mmm.decide"),
    Route("POST", "/triggers/evaluate", a_decide_request, scope="mmm.decide"),
    Route(
        "POST",
        f"/decisions/{NOTHING}/outcomes",
        lambda _: an_outcome(NOTHING),
        scope="mmm.outcome",
        behind=404,
    ),
    Route("GET", "/playbooks", scope="mmm.read"),
    Route("POST", "/playbooks", lambda _: a_playbook(), admin=True),
    Route("PUT", f"/playbooks/{NOTHING}", lambda _: {"name": "Renamed"}, admin=True, behind=404),
    Route("POST", f"/playbooks/{NOTHING}/publish", admin=True, behind=404),
    Route("DELETE", f"/playbooks/{NOTHING}", admin=True, behind=404),
    Route("GET", "/actors/{actor}/preferences"),
    Route("PUT", "/actors/{actor}/preferences", lambda _: {"opt_out_categories": []}),
    Route("POST", "/actors/{actor}/preferences/snooze", lambda _: {"duration_hours": 1}),
    Route("GET", "/tenants/{tenant}/policy", admin=True, instead=404),
    Route("PUT", "/tenants/{tenant}/policy", lambda _: {"quiet_hours": None}, admin=True),
    Route("POST", f"/actions/{NOTHING}/approve", lambda _: {}, behind=404),
    Route("GET", f"/actions/{NOTHING}/approval-status", behind=404),
    Route("GET", "/experiments?tenant_id={tenant}", admin=True),
    Route("POST", "/experiments", lambda _: an_experiment(), admin=True),
    Route("PUT", f"/experiments/{NOTHING}", lambda _: {"name": "Renamed"}, admin=True, behind=404),
    Route("POST", f"/experiments/{NOTHING}/activate", admin=True, behind=404),
    Route("POST", f"/experiments/{NOTHING}/deactivate", admin=True, behind=404),
    Route("GET", "/tenants/{tenant}/metrics", admin=True),
)


def routes(wanted: Callable[[Route], bool] = lambda _: True) -> list[Route]:
    """Return the guarded routes that fit."""
    return [route for route in _KNOWN if wanted(route)]

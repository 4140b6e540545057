"""Section 3: a query that names another tenant is refused, on every route and in its place of the order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute

from engine.app import ROUTERS
from engine.routes.operations import PUBLIC
from engine.routes.parts import BASE_PATH
from tests.engine.house import playbook

if TYPE_CHECKING:
    from tests.engine.house import Talk

UNKNOWN = "0a3c1f0e-52a4-4a3b-9a51-6f4f0a1f7c11"
# Every route that knows its caller, with a body that it takes.
ROUTES: dict[tuple[str, str], dict[str, Any] | None] = {
    ("POST", "/decide"): {},
    ("POST", "/triggers/evaluate"): {"signal": {}},
    ("POST", "/decisions/{decision_id}/outcomes"): {"action_id": UNKNOWN, "result": "shown"},
    ("POST", "/actions/{action_id}/approve"): {},
    ("GET", "/actions/{action_id}/approval-status"): None,
    ("GET", "/playbooks"): None,
    ("POST", "/playbooks"): playbook(),
    ("PUT", "/playbooks/{playbook_id}"): {},
    ("POST", "/playbooks/{playbook_id}/publish"): None,
    ("DELETE", "/playbooks/{playbook_id}"): None,
    ("GET", "/experiments"): None,
    ("POST", "/experiments"): {"name": "Trial"},
    ("PUT", "/experiments/{experiment_id}"): {},
    ("POST", "/experiments/{experiment_id}/activate"): None,
    ("POST", "/experiments/{experiment_id}/deactivate"): None,
    ("GET", "/actors/{actor_id}/preferences"): None,
    ("PUT", "/actors/{actor_id}/preferences"): {},
    ("POST", "/actors/{actor_id}/preferences/snooze"): {"duration_hours": 1},
    ("DELETE", "/actors/{actor_id}"): None,
    ("GET", "/tenants/{tenant_id}/policy"): None,
    ("PUT", "/tenants/{tenant_id}/policy"): {},
    ("GET", "/tenants/{tenant_id}/metrics"): None,
}


def test_every_route_that_knows_its_caller_is_asked() -> None:
    every = {
        (method, route.path.removeprefix(BASE_PATH))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.path not in PUBLIC
        for method in route.methods or ()
    }

    assert every == set(ROUTES)


async def answered(talk: Talk, method: str, path: str, query: str, **more: Any) -> int:  # noqa: ANN401 -- a body's
    """Say how an admin is answered whose body names its own tenant; nothing else of the path is there."""
    ids = dict.fromkeys(("decision_id", "action_id", "playbook_id", "experiment_id"), UNKNOWN)
    where = path.format(actor_id=talk.sub, tenant_id=talk.tenant, **ids)
    given = ROUTES[method, path]
    body = None if given is None else {"tenant_id": talk.tenant, **given, **more}
    return (await talk.admin(method, f"{where}?{query.format(own=talk.tenant)}", body)).status_code


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_query_names_the_callers_tenant_or_none(talk: Talk, method: str, path: str) -> None:
    foreign = ("tenant_id=other&tenant_id={own}", "tenant_id={own}&tenant_id=other", "tenant_id=%FF%00")

    assert [await answered(talk, method, path, query) for query in foreign] == [403] * 3
    assert await answered(talk, method, path, "tenant_id={own}&tenant_id={own}") in {200, 202, 204, 404}


async def test_what_is_malformed_is_told_before(talk: Talk) -> None:
    bodies = [
        await answered(talk, "PUT", "/playbooks/{playbook_id}", "tenant_id=other", name=7),
        await answered(talk, "PUT", "/tenants/{tenant_id}/policy", "tenant_id=other", safety_critical=7),
        await answered(talk, "POST", "/actions/{action_id}/approve", "tenant_id=other", verdict=7),
    ]
    queries = [
        await answered(talk, "GET", "/tenants/{tenant_id}/metrics", "tenant_id=other&start_date=soon"),
        await answered(talk, "GET", "/playbooks", "tenant_id=other&limit=none"),
        await answered(talk, "GET", "/experiments", "tenant_id=other&limit=none"),
    ]

    assert bodies + queries == [422] * 6

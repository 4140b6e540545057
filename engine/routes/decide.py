"""POST /decide and POST /triggers/evaluate."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from opentelemetry.trace import get_current_span
from starlette.background import BackgroundTask
from starlette.responses import Response

from engine.decide.request import DecideBody, TriggerBody
from engine.decide.service import decide
from engine.edge.access import own_tenant
from engine.edge.bodies import JsonBody
from engine.edge.envelope import STARTED
from engine.edge.errors import json_response
from engine.observe.trace import whole
from engine.routes.parts import BASE_PATH, Decider, TenantsOfQuery, WithServices
from engine.services import Services
from engine.values.caller import Caller

router = APIRouter(prefix=BASE_PATH)
DECIDE, TRIGGER = "/decide", "/triggers/evaluate"
DECISIONS = tuple(BASE_PATH + path for path in (DECIDE, TRIGGER))


@router.post(DECIDE)
async def post_decide(
    request: Request,
    services: WithServices,
    caller: Decider,
    named: TenantsOfQuery,
    body: Annotated[DecideBody, Depends(JsonBody(DecideBody))],
) -> Response:
    """Decide."""
    own_tenant(caller, *named)
    return await _answered(request, services, caller, body)


@router.post(TRIGGER)
async def post_trigger(
    request: Request,
    services: WithServices,
    caller: Decider,
    named: TenantsOfQuery,
    body: Annotated[TriggerBody, Depends(JsonBody(TriggerBody))],
) -> Response:
    """Decide, upon a signal."""
    own_tenant(caller, *named)
    return await _answered(request, services, caller, body)


async def _answered(request: Request, services: Services, caller: Caller, body: DecideBody) -> Response:
    with whole(get_current_span()):
        decided = await decide(services, caller, body, request.scope[STARTED])
    response = json_response(decided.body)

    async def notify() -> None:
        with services.tracing.step("delivery.route") as step:
            step.set_attribute("mmm.alerts", len(decided.afterwards))
            for entry in decided.afterwards:
                services.courier.post(entry)

    response.background = BackgroundTask(notify)
    return response

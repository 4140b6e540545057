"""POST /decisions/{id}/outcomes."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from engine.decide.outcome import accept
from engine.decide.outcome_body import OutcomeBody
from engine.edge.access import own_tenant
from engine.edge.bodies import JsonBody
from engine.edge.errors import json_response
from engine.routes.parts import BASE_PATH, DecisionId, OutcomePoster, TenantsOfQuery, WithServices

router = APIRouter(prefix=BASE_PATH)


@router.post("/decisions/{decision_id}/outcomes")
async def post_outcome(
    services: WithServices,
    caller: OutcomePoster,
    named: TenantsOfQuery,
    decision_id: DecisionId,
    body: Annotated[OutcomeBody, Depends(JsonBody(OutcomeBody))],
) -> Response:
    """Tell what became of an action."""
    own_tenant(caller, *named)
    outcome = await accept(services, caller, decision_id, body)
    return json_response({"outcome_id": outcome.outcome_id, "status": "accepted"}, 202)

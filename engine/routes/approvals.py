"""Approvals: approve or reject an action, see how far it is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from engine.approvals.approve import approve, status_of
from engine.approvals.body import ApproveBody
from engine.edge.access import own_tenant
from engine.edge.bodies import JsonBody
from engine.edge.errors import json_response
from engine.routes.parts import BASE_PATH, ActionId, Anybody, TenantsOfQuery, WithServices
from engine.storage.approvals import Approval
from engine.values.wire import told

router = APIRouter(prefix=BASE_PATH)


@router.post("/actions/{action_id}/approve")
async def post_approval(
    services: WithServices,
    caller: Anybody,
    named: TenantsOfQuery,
    action_id: ActionId,
    body: Annotated[ApproveBody, Depends(JsonBody(ApproveBody))],
) -> Response:
    """Take the next step, if it is the caller's."""
    own_tenant(caller, *named)
    stepped = await approve(services, caller, action_id, body)
    return json_response({"status": stepped.status, "approval": shown(stepped)})


@router.get("/actions/{action_id}/approval-status")
async def get_approval(
    services: WithServices, caller: Anybody, named: TenantsOfQuery, action_id: ActionId
) -> Response:
    """Say how far it is."""
    own_tenant(caller, *named)
    return json_response(shown(await status_of(services, caller, action_id)))


def shown(approval: Approval) -> dict[str, Any]:
    """Return an approval as callers see it."""
    return {
        "approval_id": approval.approval_id,
        "action_id": approval.action_id,
        "decision_id": approval.decision_id,
        "actor_id": approval.actor_id,
        "approver_id": approval.approver_id,
        "status": approval.status,
        "first_approval_at": told(approval.first_approval_at),
        "second_approval_at": told(approval.second_approval_at),
        "created_at": approval.created_at.isoformat(),
        "updated_at": approval.updated_at.isoformat(),
    }

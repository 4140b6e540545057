"""DELETE /actors/{id}: an actor is forgotten."""

from fastapi import APIRouter
from starlette.responses import Response

from engine.administration.erasure import erase
from engine.edge.access import own_tenant
from engine.routes.parts import BASE_PATH, Admin, NamedActor, TenantsOfQuery, WithServices

router = APIRouter(prefix=BASE_PATH)


@router.delete("/actors/{actor_id}")
async def delete_actor(
    services: WithServices, caller: Admin, named: TenantsOfQuery, actor_id: NamedActor
) -> Response:
    """Erase the actor."""
    own_tenant(caller, *named)
    await erase(services, caller, actor_id)
    return Response(status_code=204)

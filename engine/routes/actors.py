"""DELETE /actors/{id}: an actor is forgotten."""

from fastapi import APIRouter
from starlette.responses import Response

from engine.administration.erasure import erase
from engine.routes.parts import BASE_PATH, Admin, NamedActor, WithServices

router = APIRouter(prefix=BASE_PATH)


@router.delete("/actors/{actor_id}")
async def delete_actor(services: WithServices, caller: Admin, actor_id: NamedActor) -> Response:
    """Erase the actor."""
    await erase(services, caller, actor_id)
    return Response(status_code=204)

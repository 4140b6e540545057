"""What several routes take as parameters."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from engine.edge.access import WithScope, admin, anybody, named_tenants, opaque_of, subject
from engine.edge.errors import not_found
from engine.services import Services
from engine.values import ids
from engine.values.caller import Caller

BASE_PATH = "/v1/mmm"


async def services_of(request: Request) -> Services:  # a plain function would cost a thread's turn
    """Return what the application was built with."""
    services: Services = request.app.state.services
    return services


class PathId:
    """A FastAPI dependency: an id of the path, in canonical form; anything else names nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, request: Request) -> str:
        """Return the id, or say that there is no such thing."""
        given: str = request.path_params[self._name]
        if not ids.is_canonical(given):
            raise not_found(f"{self._name} must be a UUID in canonical form.")
        return given


class PathOpaque:
    """A FastAPI dependency: an opaque id of the path, of 1 to 200 characters, whatever they are."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, request: Request) -> str:
        """Return the id, or refuse one that is too long."""
        return opaque_of(request, self._name)


WithServices = Annotated[Services, Depends(services_of)]
Anybody = Annotated[Caller, Depends(anybody)]
Admin = Annotated[Caller, Depends(admin)]
Decider = Annotated[Caller, Depends(WithScope("mmm.decide"))]
Reader = Annotated[Caller, Depends(WithScope("mmm.read"))]
OutcomePoster = Annotated[Caller, Depends(WithScope("mmm.outcome"))]
PlaybookId = Annotated[str, Depends(PathId("playbook_id"))]
NamedActor = Annotated[str, Depends(PathOpaque("actor_id"))]
TenantsOfQuery = Annotated[list[str], Depends(named_tenants)]
NamedTenant = Annotated[str, Depends(PathOpaque("tenant_id"))]
DecisionId = Annotated[str, Depends(PathId("decision_id"))]
ActorId = Annotated[str, Depends(subject)]
PageSize = Annotated[int, Field(ge=1, le=100)]
PageStart = Annotated[int, Field(ge=0, le=2**31 - 1)]
ActionId = Annotated[str, Depends(PathId("action_id"))]
ExperimentId = Annotated[str, Depends(PathId("experiment_id"))]

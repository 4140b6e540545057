"""Experiments: list, create, update, activate, deactivate."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field
from starlette.responses import Response

from engine.administration.experiments import ExperimentAdministration
from engine.edge.access import own_tenant
from engine.edge.bodies import JsonBody
from engine.edge.errors import json_list, json_response
from engine.routes.parts import (
    BASE_PATH,
    Admin,
    ExperimentId,
    PageSize,
    PageStart,
    TenantsOfQuery,
    WithServices,
)
from engine.storage import experiments
from engine.storage.experiments import Experiment
from engine.values.experiment import Config
from engine.values.wire import Given, Opaque, Title, Wire
from engine.values.words import ExperimentStatus

router = APIRouter(prefix=BASE_PATH)


class Wanted(Wire):
    """Which experiments to list: the caller's own tenant's, perhaps of one status."""

    model_config = ConfigDict(strict=False, extra="ignore")

    tenant_id: Opaque
    status: ExperimentStatus | None = None
    limit: PageSize = 50
    offset: PageStart = 0


class ExperimentBody(Wire):
    """The body of POST /experiments; a tenant that it names must be the caller's."""

    name: Title
    config: Annotated[Config, Field(default_factory=dict)]
    tenant_id: Given[Opaque] = None


class ExperimentChanges(Wire):
    """The body of PUT /experiments/{id}: whatever is given takes the place of what was, config as a whole."""

    name: Given[Title] = None
    config: Given[Config] = None
    tenant_id: Given[Opaque] = None

    def changes(self) -> dict[str, Any]:
        """Return the members that were given."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"tenant_id"}}


@router.get("/experiments")
async def get_experiments(
    services: WithServices, caller: Admin, named: TenantsOfQuery, wanted: Annotated[Wanted, Query()]
) -> Response:
    """List the tenant's experiments."""
    own_tenant(caller, *named, wanted.tenant_id)
    async with services.database.reading() as connection:
        found = await experiments.page(
            connection, caller.tenant_id, wanted.status, limit=wanted.limit, offset=wanted.offset
        )
    return await json_list(found, shown)


@router.post("/experiments")
async def post_experiment(
    services: WithServices,
    caller: Admin,
    named: TenantsOfQuery,
    body: Annotated[ExperimentBody, Depends(JsonBody(ExperimentBody))],
) -> Response:
    """Create a draft."""
    own_tenant(caller, *named, body.tenant_id)
    made = await ExperimentAdministration(services, caller).create(body.name, body.config)
    return json_response(shown(made))


@router.put("/experiments/{experiment_id}")
async def put_experiment(
    services: WithServices,
    caller: Admin,
    named: TenantsOfQuery,
    experiment_id: ExperimentId,
    body: Annotated[ExperimentChanges, Depends(JsonBody(ExperimentChanges))],
) -> Response:
    """Change an experiment, whatever its status is."""
    own_tenant(caller, *named, body.tenant_id)
    changed = await ExperimentAdministration(services, caller).update(experiment_id, body.changes())
    return json_response(shown(changed))


@router.post("/experiments/{experiment_id}/activate")
async def activate_experiment(
    services: WithServices, caller: Admin, named: TenantsOfQuery, experiment_id: ExperimentId
) -> Response:
    """Switch it on."""
    own_tenant(caller, *named)
    switched = await ExperimentAdministration(services, caller).switch(experiment_id, "activate")
    return json_response(shown(switched))


@router.post("/experiments/{experiment_id}/deactivate")
async def deactivate_experiment(
    services: WithServices, caller: Admin, named: TenantsOfQuery, experiment_id: ExperimentId
) -> Response:
    """Switch it off."""
    own_tenant(caller, *named)
    switched = await ExperimentAdministration(services, caller).switch(experiment_id, "deactivate")
    return json_response(shown(switched))


def shown(experiment: Experiment) -> dict[str, Any]:
    """Return an experiment as callers see it."""
    return {
        "experiment_id": experiment.experiment_id,
        "tenant_id": experiment.tenant_id,
        "name": experiment.name,
        "status": experiment.status,
        "config": experiment.config,
        "created_at": experiment.created_at.isoformat(),
        "updated_at": experiment.updated_at.isoformat(),
    }

"""Playbooks: create, list, update, publish, deprecate."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field
from starlette.responses import Response

from engine.administration.playbooks import PlaybookAdministration
from engine.edge.access import own_tenant
from engine.edge.bodies import JsonBody
from engine.edge.errors import json_list, json_response
from engine.routes.parts import (
    BASE_PATH,
    Admin,
    PageSize,
    PageStart,
    PlaybookId,
    Reader,
    TenantsOfQuery,
    WithServices,
)
from engine.storage import playbooks
from engine.storage.playbooks import StoredPlaybook
from engine.values.playbook import Condition, Content, Limits, Template, Trigger
from engine.values.wire import Given, Many, Opaque, Semver, Title, Wire
from engine.values.words import PlaybookStatus

router = APIRouter(prefix=BASE_PATH)
Version = Annotated[Semver, Field(max_length=64)]


class Page(Wire):
    """Which playbooks to list."""

    model_config = ConfigDict(strict=False, extra="ignore")

    status: PlaybookStatus | None = None
    limit: PageSize = 50
    offset: PageStart = 0


class PlaybookBody(Content):
    """The body of POST /playbooks; a tenant that it names must be the caller's."""

    version: Version = "1.0.0"
    tenant_id: Given[Opaque] = None

    def content(self) -> Content:
        """Return what is kept of it."""
        return Content.model_construct(**{name: getattr(self, name) for name in Content.model_fields})


class PlaybookChanges(Wire):
    """The body of PUT /playbooks/{id}: whatever is given takes the place of what was."""

    name: Given[Title] = None
    version: Given[Version] = None
    description: Given[str] = None
    owner: Given[str] = None
    triggers: Given[Many[Trigger]] = None
    conditions: Given[Many[Condition]] = None
    actions: Given[Annotated[Many[Template], Field(min_length=1)]] = None
    limits: Given[Limits] = None
    tenant_id: Given[Opaque] = None

    def changes(self) -> dict[str, Any]:
        """Return the members that were given."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"tenant_id"}}


@router.get("/playbooks")
async def get_playbooks(
    services: WithServices,
    caller: Reader,
    named: TenantsOfQuery,
    wanted: Annotated[Page, Query()],
) -> Response:
    """List the tenant's playbooks."""
    own_tenant(caller, *named)
    async with services.database.reading() as connection:
        found = await playbooks.page(
            connection, caller.tenant_id, wanted.status, limit=wanted.limit, offset=wanted.offset
        )
    return await json_list(found, shown)


@router.post("/playbooks")
async def post_playbook(
    services: WithServices,
    caller: Admin,
    named: TenantsOfQuery,
    body: Annotated[PlaybookBody, Depends(JsonBody(PlaybookBody))],
) -> Response:
    """Create a draft."""
    own_tenant(caller, *named, body.tenant_id)
    made = await PlaybookAdministration(services, caller).create(body.content())
    return json_response(shown(made))


@router.put("/playbooks/{playbook_id}")
async def put_playbook(
    services: WithServices,
    caller: Admin,
    named: TenantsOfQuery,
    playbook_id: PlaybookId,
    body: Annotated[PlaybookChanges, Depends(JsonBody(PlaybookChanges))],
) -> Response:
    """Update a draft, or begin the next one."""
    own_tenant(caller, *named, body.tenant_id)
    after = await PlaybookAdministration(services, caller).update(playbook_id, body.changes())
    return json_response(shown(after))


@router.post("/playbooks/{playbook_id}/publish")
async def publish_playbook(
    services: WithServices, caller: Admin, named: TenantsOfQuery, playbook_id: PlaybookId
) -> Response:
    """Publish the draft."""
    own_tenant(caller, *named)
    published = await PlaybookAdministration(services, caller).publish(playbook_id)
    return json_response(shown(published))


@router.delete("/playbooks/{playbook_id}")
async def delete_playbook(
    services: WithServices, caller: Admin, named: TenantsOfQuery, playbook_id: PlaybookId
) -> Response:
    """Deprecate the playbook."""
    own_tenant(caller, *named)
    await PlaybookAdministration(services, caller).deprecate(playbook_id)
    return Response(status_code=204)


def shown(playbook: StoredPlaybook) -> dict[str, Any]:
    """Return a playbook as callers see it."""
    content = playbook.content.model_dump(mode="json", exclude_none=True)
    return {
        "playbook_id": playbook.playbook_id,
        "tenant_id": playbook.tenant_id,
        "status": playbook.status,
        **content,
        "created_at": playbook.created_at.isoformat(),
        "updated_at": playbook.updated_at.isoformat(),
    }

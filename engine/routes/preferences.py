"""An actor's preferences: read, change, snooze."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from engine.administration.preferences import PreferenceKeeping, wanted
from engine.edge.access import own_tenant
from engine.edge.bodies import JsonBody
from engine.edge.errors import invalid, json_response
from engine.routes.parts import BASE_PATH, ActorId, Anybody, TenantsOfQuery, WithServices
from engine.storage.preferences import StoredPreferences
from engine.values.wire import Given, Instant, Opaque, Unrepeated, Whole, Wire
from engine.values.words import ActionType, Surface

router = APIRouter(prefix=BASE_PATH)
PATH = "/actors/{actor_id}/preferences"
LONGEST_SNOOZE_HOURS = 8760


class PreferencesBody(Wire):
    """The body of PUT: whatever is given takes the place of what was; a tenant must be the caller's."""

    opt_out_categories: Given[Unrepeated[ActionType]] = None
    preferred_surfaces: Given[Unrepeated[Surface]] = None
    snooze_until: Instant | None = None
    tenant_id: Given[Opaque] = None

    def changes(self) -> dict[str, Any]:
        """Return the members that were given; a snooze of null ends it."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"tenant_id"}}


class SnoozeBody(Wire):
    """The body of a snooze: for how long, or until when."""

    duration_hours: Given[Annotated[Whole, Field(ge=1, le=LONGEST_SNOOZE_HOURS)]] = None
    until: Given[Instant] = None
    tenant_id: Given[Opaque] = None

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.duration_hours is None) == (self.until is None):
            raise PydanticCustomError(
                "either", "exactly one of duration_hours and until is needed", {"field": "duration_hours"}
            )
        return self

    def end(self, now: datetime) -> datetime:
        """Return until when it lasts, which is after now."""
        if self.until is None:
            return now + timedelta(hours=self.duration_hours or 0)
        if self.until <= now:
            raise invalid("until", "A snooze ends in the future.")
        return self.until


@router.get(PATH)
async def get_preferences(
    services: WithServices, caller: Anybody, named: TenantsOfQuery, actor_id: ActorId
) -> Response:
    """Tell what the actor wants."""
    own_tenant(caller, *named)
    return json_response(shown(await PreferenceKeeping(services, caller, actor_id).read()))


@router.put(PATH)
async def put_preferences(
    services: WithServices,
    caller: Anybody,
    named: TenantsOfQuery,
    actor_id: ActorId,
    body: Annotated[PreferencesBody, Depends(JsonBody(PreferencesBody))],
) -> Response:
    """Change what the actor wants."""
    own_tenant(caller, *named, body.tenant_id)
    keeping = PreferenceKeeping(services, caller, actor_id)
    after = await keeping.change("preferences.update", body.changes(), datetime.now(UTC))
    return json_response(shown(after))


@router.post(PATH + "/snooze")
async def post_snooze(
    services: WithServices,
    caller: Anybody,
    named: TenantsOfQuery,
    actor_id: ActorId,
    body: Annotated[SnoozeBody, Depends(JsonBody(SnoozeBody))],
) -> Response:
    """Let nothing reach the actor for a while."""
    now = datetime.now(UTC)
    end = body.end(now)
    own_tenant(caller, *named, body.tenant_id)
    keeping = PreferenceKeeping(services, caller, actor_id)
    return json_response(shown(await keeping.change("preferences.snooze", {"snooze_until": end}, now)))


def shown(stored: StoredPreferences) -> dict[str, Any]:
    """Return preferences as callers see them."""
    return {
        "preference_id": stored.preference_id,
        "tenant_id": stored.tenant_id,
        "actor_id": stored.actor_id,
        **wanted(stored.wishes),
        "created_at": stored.created_at.isoformat(),
        "updated_at": stored.updated_at.isoformat(),
    }

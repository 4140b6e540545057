"""A tenant's policy: read and change."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, Field
from starlette.responses import Response

from engine.administration.tenant_policies import TenantPolicyAdministration, terms
from engine.edge.access import own_tenant
from engine.edge.bodies import JsonBody
from engine.edge.errors import json_response
from engine.routes.parts import BASE_PATH, Admin, NamedTenant, TenantsOfQuery, WithServices
from engine.storage.tenant_policies import StoredPolicy
from engine.values.playbook import QuietHours
from engine.values.wire import Given, Opaque, Unrepeated, Whole, Wire
from engine.values.words import ActionType, Surface

router = APIRouter(prefix=BASE_PATH)
PATH = "/tenants/{tenant_id}/policy"
MOST = 2**53 - 1  # the last whole number that every reader of JSON has exactly; more limits nobody


def _at_most(quota: int) -> int:
    return min(quota, MOST)


Quota = Annotated[Whole, Field(ge=0), AfterValidator(_at_most)]


class QuotasBody(Wire):
    """Quotas for each actor, over all types; 0 means none."""

    max_actions_per_hour: Given[Quota] = None
    max_actions_per_day: Given[Quota] = None


class PolicyBody(Wire):
    """The body of PUT: whatever is given takes the place of what was; a tenant must be the caller's."""

    enabled_surfaces: Given[Unrepeated[Surface]] = None
    enabled_action_types: Given[Unrepeated[ActionType]] = None
    quotas: QuotasBody = QuotasBody()
    quiet_hours: QuietHours | None = None
    safety_critical: Given[bool] = None
    tenant_id: Given[Opaque] = None

    def changes(self) -> dict[str, Any]:
        """Return the members that were given, but for the quotas; quiet hours of null are governance's."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"tenant_id", "quotas"}}

    def quota_changes(self) -> dict[str, int]:
        """Return the quotas that were given."""
        return {name: getattr(self.quotas, name) for name in self.quotas.model_fields_set}


@router.get(PATH)
async def get_policy(
    services: WithServices, caller: Admin, named: TenantsOfQuery, tenant_id: NamedTenant
) -> Response:
    """Tell what the tenant lets its actors see."""
    own_tenant(caller, tenant_id, *named)
    return json_response(shown(await TenantPolicyAdministration(services, caller).read()))


@router.put(PATH)
async def put_policy(
    services: WithServices,
    caller: Admin,
    named: TenantsOfQuery,
    tenant_id: NamedTenant,
    body: Annotated[PolicyBody, Depends(JsonBody(PolicyBody))],
) -> Response:
    """Change what the tenant lets its actors see."""
    own_tenant(caller, tenant_id, *named, body.tenant_id)
    administration = TenantPolicyAdministration(services, caller)
    return json_response(shown(await administration.change(body.changes(), body.quota_changes())))


def shown(stored: StoredPolicy) -> dict[str, Any]:
    """Return a tenant's policy as callers see it."""
    return {
        "policy_id": stored.policy_id,
        "tenant_id": stored.tenant_id,
        **terms(stored.terms),
        "created_at": stored.created_at.isoformat(),
        "updated_at": stored.updated_at.isoformat(),
    }

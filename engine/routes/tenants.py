"""GET /tenants/{id}/metrics: what happened in a tenant, counted."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, ConfigDict
from starlette.responses import Response

from engine.edge.access import own_tenant
from engine.edge.errors import invalid, json_response
from engine.routes.parts import BASE_PATH, Admin, NamedTenant, TenantsOfQuery, WithServices
from engine.storage import metrics
from engine.storage.metrics import Counts
from engine.values.period import Period, first_moment, moment_after
from engine.values.wire import Wire, told
from engine.values.words import ACTION_TYPES, OUTCOME_RESULTS

router = APIRouter(prefix=BASE_PATH)


class Dates(Wire):
    """The query: dates, or times with offset."""

    model_config = ConfigDict(extra="ignore")

    start_date: Annotated[datetime | None, BeforeValidator(first_moment)] = None
    end_date: Annotated[datetime | None, BeforeValidator(moment_after)] = None

    def period(self) -> Period:
        """Return the period that is meant, unless it ends before it begins."""
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise invalid("end_date", "must not lie before start_date")
        return Period(self.start_date, self.end_date)


@router.get("/tenants/{tenant_id}/metrics")
async def get_tenant_metrics(
    services: WithServices,
    caller: Admin,
    named: TenantsOfQuery,
    tenant_id: NamedTenant,
    dates: Annotated[Dates, Query()],
) -> Response:
    """Count what happened in the tenant."""
    period = dates.period()
    own_tenant(caller, tenant_id, *named)
    async with services.database.reading() as connection:
        counts = await metrics.count(connection, tenant_id, period)
    return json_response(shown(tenant_id, period, counts))


def shown(tenant_id: str, period: Period, counts: Counts) -> dict[str, Any]:
    """Return the counts as callers see them: every word, also those that never occurred."""
    actions = {word: counts.actions.get(word, 0) for word in ACTION_TYPES}
    outcomes = {word: counts.outcomes.get(word, 0) for word in OUTCOME_RESULTS}
    return {
        "tenant_id": tenant_id,
        "period": {"start": told(period.start), "end": told(period.end)},
        "aggregates": {
            "decisions_total": counts.decisions,
            "actions_total": sum(actions.values()),
            "actions_by_type": actions,
            "outcomes_total": sum(outcomes.values()),
            "outcomes_by_result": outcomes,
        },
    }

"""Health, readiness and metrics: public, and silent about tenants beyond what engine.md 9 names."""

import asyncio

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from engine.edge.errors import json_response
from engine.routes.parts import BASE_PATH, WithServices

router = APIRouter(prefix=BASE_PATH)
HEALTH, READY, METRICS = "/health", "/ready", "/metrics"
PUBLIC = tuple(BASE_PATH + path for path in (HEALTH, READY, METRICS))


@router.get(HEALTH)
async def get_health() -> Response:
    """Say that this process answers; nothing else is asked."""
    return json_response({"status": "healthy"})


@router.get(READY)
async def get_ready(services: WithServices) -> Response:
    """Say whether what a decide cannot do without is there, by asking it."""
    probes = services.probes()
    answers = await asyncio.gather(*probes.values())
    missing = [name for name, there in zip(probes, answers, strict=True) if not there]
    body = {"status": "unavailable" if missing else "ready", "unavailable_dependencies": missing}
    return json_response(body, 503 if missing else 200)


@router.get(METRICS)
async def get_metrics(services: WithServices) -> Response:
    """Return the metrics in Prometheus' text format."""
    return Response(services.metrics.exposed(), media_type=CONTENT_TYPE_LATEST)

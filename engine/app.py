"""The ASGI application: envelope around authentication around routes."""

from __future__ import annotations

import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from engine.edge.authentication import Authentication
from engine.edge.envelope import Envelope
from engine.edge.handlers import NotRouted, add_handlers
from engine.edge.paths import WholeSegments
from engine.observe.logs import log_crash
from engine.routes import (
    actors,
    approvals,
    decide,
    experiments,
    operations,
    outcomes,
    playbooks,
    preferences,
    tenant_policy,
    tenants,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp

    from engine.services import Services

ROUTERS = (
    decide.router,
    outcomes.router,
    approvals.router,
    playbooks.router,
    experiments.router,
    preferences.router,
    tenant_policy.router,
    actors.router,
    tenants.router,
    operations.router,
)


def create_app(services: Services) -> ASGIApp:
    """Return the engine as an ASGI application, which starts and stops its services itself."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            async with services.running():
                gc.freeze()  # what is there now stays: to look at it all again took a tenth of a second
                yield
        except Exception as error:
            log_crash("the engine cannot run", error)
            raise

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.services = services
    for router in ROUTERS:
        app.include_router(router)
    add_handlers(app)
    app.add_exception_handler(
        HTTPException, NotRouted(route for router in ROUTERS for route in router.routes)
    )
    known = Authentication(WholeSegments(app), services.iam, operations.PUBLIC)
    return Envelope(known, services.tracing, decide.DECISIONS)

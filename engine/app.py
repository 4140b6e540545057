"""The ASGI application: envelope around authentication around routes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from engine.edge.authentication import Authentication
from engine.edge.envelope import Envelope
from engine.edge.handlers import add_handlers
from engine.routes import decide, operations, outcomes, playbooks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp

    from engine.services import Services

BASE_PATH = "/v1/mmm"
PUBLIC = tuple(BASE_PATH + path for path in (operations.HEALTH, operations.READY, operations.METRICS))


def create_app(services: Services) -> ASGIApp:
    """Return the engine as an ASGI application, which starts and stops its services itself."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with services.running():
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.services = services
    for routes in (decide, outcomes, playbooks, operations):
        app.include_router(routes.router, prefix=BASE_PATH)
    add_handlers(app)
    return Envelope(Authentication(app, services.iam, PUBLIC))

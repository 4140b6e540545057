"""Where the worlds of a run keep their data: one file an environment, one visible dict of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.services.storage.containers import Containers
from harness.services.storage.embedded import Embedded
from harness.services.storage.given import Given
from harness.services.storage.light import Light
from harness.services.storage.protocol import EMBEDDED, REDIS, REDIS_CONTROL, Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.targets import Target

__all__ = ["EMBEDDED", "ENVIRONMENTS", "REDIS", "REDIS_CONTROL", "Storage", "environment_of", "storage_of"]

STORAGES: Mapping[str, Callable[[Target], Storage]] = {
    EMBEDDED: lambda _: Embedded(),
    "light": lambda _: Light(),
    "containers": lambda target: Containers(target.containers.postgres, target.containers.redis),
}


ENVIRONMENTS = tuple(STORAGES)


def storage_of(environment: str, target: Target) -> Storage:
    """Return an environment's storage for a target; what its profile gives comes before it."""
    rest, given = STORAGES[environment](target), target.services
    return Given(given.database, given.redis, rest) if given else rest


def environment_of(environment: str, target: Target) -> str:
    """Say in words what a run uses: an environment, and what was given beside it."""
    given = [name for name in ("database", "redis") if getattr(target.services, name) is not None]
    if target.url is not None or len(given) == 2:  # noqa: PLR2004 - there are two
        return "given"
    return ", ".join((environment, *(f"{name} given" for name in given)))

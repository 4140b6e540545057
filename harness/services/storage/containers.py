"""`containers`: PostgreSQL and Redis from images, by Testcontainers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.services.containers import image_ids, postgresql_container, redis_container
from harness.services.postgres import create_database

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Containers:
    """One PostgreSQL container a run with a database a world; one Redis container a world."""

    postgres_image: str
    redis_image: str
    fakes: tuple[str, ...] = ()

    def shared(self, work_dir: Path) -> AbstractContextManager[str]:
        """Run PostgreSQL."""
        return postgresql_container(work_dir, self.postgres_image)

    def database(self, shared: str | None, directory: Path) -> str:  # noqa: ARG002 - the protocol's
        """Create a database on the server."""
        return create_database(shared)

    def redis(self, work_dir: Path, directory: Path) -> AbstractContextManager[str]:
        """Run Redis."""
        return redis_container(work_dir, directory / "redis", self.redis_image)

    def versions(self, work_dir: Path | None = None) -> Mapping[str, str]:
        """Return the images' names, and the ids of those that have run."""
        images = {"PostgreSQL": self.postgres_image, "Redis": self.redis_image}
        return {server: _image(name, work_dir) for server, name in images.items()}


def _image(name: str, work_dir: Path | None) -> str:
    ids = image_ids(work_dir, name) if work_dir else ()
    return f"image {name} ({', '.join(ids)})" if ids else f"image {name}"

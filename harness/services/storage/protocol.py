"""What an environment can do: serve a run, and give each of its worlds a database and a Redis of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

EMBEDDED = "embedded"
REDIS = "redis"
REDIS_CONTROL = "redis-control"


class Storage(Protocol):
    """Where worlds keep their data. What one world writes, no other sees."""

    @property
    def fakes(self) -> tuple[str, ...]:
        """Return the fakes that stand in for storage: a world's own process of fakes speaks for them."""

    def shared(self, work_dir: Path) -> AbstractContextManager[str | None]:
        """Run what the worlds of a run share; yield where their databases are made (None: nowhere)."""

    def database(self, shared: str | None, directory: Path) -> str:
        """Make an empty database for the world of that directory; return its URL."""

    def redis(self, work_dir: Path, directory: Path) -> AbstractContextManager[str | None]:
        """Run an empty Redis for the world of that directory; yield its URL (None: it is one of `fakes`)."""

    def versions(self, work_dir: Path | None = None) -> Mapping[str, str]:
        """Say what it is made of: a name and a version each; with a work directory, what has run there."""

"""`light`: SQLite and the Redis fake's memory backend, no server binary at all."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.services.storage.protocol import REDIS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

FILE = "database.sqlite"


@dataclass(frozen=True, slots=True)
class Light:
    """A file a world, and the Redis fake in the world's own process of fakes."""

    fakes: tuple[str, ...] = (REDIS,)

    def shared(self, work_dir: Path) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's
        """Run nothing."""
        return contextlib.nullcontext()

    def database(self, shared: str | None, directory: Path) -> str:  # noqa: ARG002 - the protocol's
        """Name a file that the engine makes."""
        return f"sqlite:///{directory / FILE}"

    def redis(self, work_dir: Path, directory: Path) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's
        """Leave it to the fakes."""
        return contextlib.nullcontext()

    def versions(self, work_dir: Path | None = None) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's
        """Return the version of SQLite here; an engine may have brought another."""
        return {"SQLite": sqlite3.sqlite_version, "Redis": "our fake, in memory"}

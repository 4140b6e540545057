"""Given: what a profile names ([target.services]) is used as it is; the rest comes from an environment."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from harness.services.storage.protocol import Storage


@dataclass(frozen=True, slots=True)
class Given:
    """Storage that somebody else runs: nothing is made there, emptied or stopped by us."""

    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    rest: Storage

    @property
    def fakes(self) -> tuple[str, ...]:
        """Return the fakes that are still needed."""
        return self.rest.fakes if self.redis_url is None else ()

    def shared(self, work_dir: Path) -> AbstractContextManager[str | None]:
        """Run a server only where no database is given."""
        return self.rest.shared(work_dir) if self.database_url is None else contextlib.nullcontext()

    def database(self, shared: str | None, directory: Path) -> str:
        """Return what is given."""
        return self.rest.database(shared, directory) if self.database_url is None else self.database_url

    def redis(self, work_dir: Path, directory: Path) -> AbstractContextManager[str | None]:
        """Yield what is given."""
        given = self.redis_url
        return self.rest.redis(work_dir, directory) if given is None else contextlib.nullcontext(given)

    def versions(self, work_dir: Path | None = None) -> Mapping[str, str]:  # noqa: ARG002 - the protocol's
        """Return nothing: nobody told us what runs there, nor (where one of two is given) which is which."""
        return {}

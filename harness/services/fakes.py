"""The fakes of a world: one process that speaks for every dependency, each on a port of its own."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import msgspec

from harness.processes import (
    LOOPBACK,
    Child,
    Command,
    UnbuildableError,
    lock_of,
    own_environment,
    start,
    wait_until,
)
from harness.targets import FAKES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

READY_SECONDS = 20.0
ANNOUNCEMENT = "fakes.json"


@contextlib.contextmanager
def fakes(
    work_dir: Path,
    directory: Path,
    names: Collection[str] = FAKES,
    *,
    ports: Mapping[str, int] | None = None,
    host: str = LOOPBACK,
    redis_upstream: str | None = None,
    redis_password: str | None = None,
) -> Iterator[dict[str, str]]:
    """Start the fakes of these names and yield where each listens: on its port, or a free one.

    The Redis fake is in front of the server at `redis_upstream`, or else in memory; it logs in there with
    `redis_password` for what it asks itself, and leaves it to its clients to do so, too.
    """
    directory.mkdir(parents=True, exist_ok=True)
    fixed = tuple(part for name, port in (ports or {}).items() for part in ("--port", f"{name}={port}"))
    front = ("--redis-upstream", redis_upstream) if redis_upstream else ()
    arguments = ("--only", ",".join(names), "--host", host, *fixed, *front)
    env = own_environment(REDIS_UPSTREAM_PASSWORD=redis_password or "")
    with start(_command(work_dir, directory, arguments, env)) as process:
        yield _announced(process, directory / ANNOUNCEMENT)


def _command(work_dir: Path, directory: Path, arguments: tuple[str, ...], env: Mapping[str, str]) -> Command:
    return Command(
        name="the fakes",
        argv=(sys.executable, "-m", "fakes", *arguments),
        cwd=directory,
        env=env,
        log=directory / "fakes.log",
        stdout=directory / ANNOUNCEMENT,
        lock=lock_of(work_dir),
        grace=3.0,
    )


def _announced(process: Child, announcement: Path) -> dict[str, str]:
    """Return what the fakes say once they are ready: a name and an address each."""

    def whole() -> bool:
        return announcement.exists() and announcement.read_bytes().endswith(b"\n")

    wait_until(lambda: whole() or not process.running(), READY_SECONDS)
    if not whole():
        raise UnbuildableError("the fakes do not start", process.last_lines(5))
    return msgspec.json.decode(announcement.read_bytes().splitlines()[0], type=dict[str, str])

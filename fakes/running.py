"""Fakes that run: each on a port of its own, from `start_fakes` until `stop`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.catalogue import FAKES
from fakes.http.server import LOOPBACK, HttpServer
from fakes.shape.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping


class UnknownFakeError(ValueError):
    """There is no fake of that name; the message names those that there are."""


@dataclass(frozen=True, slots=True)
class RunningFakes:
    """The fakes' URLs by name (the root of each: IAM's own API is below `/iam/v1`)."""

    urls: Mapping[str, str]
    servers: tuple[HttpServer, ...]

    async def stop(self) -> None:
        """End every fake and every connection to one, hung ones included."""
        for server in self.servers:
            await server.stop()


async def start_fakes(
    only: Collection[str] | None = None, ports: Mapping[str, int] | None = None, *, host: str = LOOPBACK
) -> RunningFakes:
    """Start all fakes, or those named, on free ports or on those given; ready when this returns."""
    wanted = _known(FAKES if only is None else only)
    chosen = ports or {}
    _known(chosen)
    urls: dict[str, str] = {}
    servers: list[HttpServer] = []
    try:
        for name in wanted:
            server = HttpServer(Stage(FAKES[name]()))
            urls[name] = await server.start(chosen.get(name, 0), host)
            servers.append(server)
    except BaseException:
        await RunningFakes(urls, tuple(servers)).stop()
        raise
    return RunningFakes(urls, tuple(servers))


@asynccontextmanager
async def running_fakes(*, only: Collection[str] | None = None) -> AsyncIterator[RunningFakes]:
    """Run fakes in this process and event loop, on free ports, as long as the context lasts."""
    running = await start_fakes(only)
    try:
        yield running
    finally:
        await running.stop()


def _known(names: Collection[str]) -> list[str]:
    unknown = sorted(set(names) - FAKES.keys())
    if unknown:
        raise UnknownFakeError(f"no fake named {', '.join(unknown)}; there are {', '.join(FAKES)}")
    return [name for name in FAKES if name in names]

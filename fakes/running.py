"""Fakes that run: each on a port of its own, from `start_fakes` until `stop`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fakes.catalogue import FAKES, REDIS, REDIS_CONTROL
from fakes.http.listening import LOOPBACK
from fakes.http.server import HttpServer
from fakes.shape.stage import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping

    from fakes.redis.server import RedisServer


class UnknownFakeError(ValueError):
    """There is no fake of that name; the message names those that there are."""


class Server(Protocol):
    """What speaks for one fake."""

    async def start(self, port: int = 0, host: str = LOOPBACK) -> str:
        """Listen, on a free port by default, and return the URL."""

    async def stop(self) -> None:
        """Leave neither a port nor a connection open."""


@dataclass(frozen=True, slots=True)
class RunningFakes:
    """The fakes' URLs by name (the root of each: IAM's own API is below `/iam/v1`)."""

    urls: Mapping[str, str]
    servers: tuple[Server, ...]

    async def stop(self) -> None:
        """End every fake and every connection to one, hung ones included."""
        for server in self.servers:
            await server.stop()


async def start_fakes(
    only: Collection[str] | None = None,
    ports: Mapping[str, int] | None = None,
    redis_upstream: str | None = None,
    *,
    redis_password: str | None = None,
    host: str = LOOPBACK,
) -> RunningFakes:
    """Start the HTTP fakes, or those named, on free ports or on those given; ready when this returns.

    The Redis fake runs over the server at `redis_upstream`, or else in memory; `redis_password` is for what
    the fake itself asks that server.
    """
    wanted = _known(FAKES if only is None else only)
    chosen = ports or {}
    _known(chosen)
    urls: dict[str, str] = {}
    servers: list[Server] = []
    try:
        for name in wanted:
            server = _server_of(name)
            urls[name] = await server.start(chosen.get(name, 0), host)
            servers.append(server)
        if REDIS in (only or ()):
            redis = _redis(redis_upstream, redis_password)
            urls[REDIS] = await redis.start(chosen.get(REDIS, 0), host)
            servers.append(redis)
            control = HttpServer(redis.control)
            urls[REDIS_CONTROL] = await control.start(chosen.get(REDIS_CONTROL, 0), host)
            servers.append(control)
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


def _server_of(name: str) -> Server:
    return HttpServer(Stage(FAKES[name]()))


def _redis(upstream: str | None, password: str | None) -> RedisServer:
    """Return the Redis fake; its imports cost a second, and only who wants it pays for them."""
    from fakes.redis.backends import backend_of  # noqa: PLC0415 -- as said
    from fakes.redis.server import RedisServer  # noqa: PLC0415 -- as said

    return RedisServer(backend_of(upstream, password))


def _known(names: Collection[str]) -> list[str]:
    unknown = sorted(set(names) - {*FAKES, REDIS, REDIS_CONTROL})
    if unknown:
        known = ", ".join((*FAKES, REDIS))
        named = f"no fake named {', '.join(unknown)}" if all(unknown) else "an empty name"
        raise UnknownFakeError(f"{named}; there are {known}")
    return [name for name in FAKES if name in names]

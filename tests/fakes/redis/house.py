"""The Redis fake in a thread of its own, so that blocking clients can be asked about it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from fakes.asking import tls
from fakes.http.server import HttpServer
from fakes.redis.backends import backend_of
from fakes.redis.memory.backend import MemoryBackend
from fakes.redis.server import RedisServer
from harness.processes import work_directory
from harness.services import valkey
from tests.fakes.redis.wire import RedisWire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.shape.clock import Clock


@dataclass
class Place:
    """A fake's URL, its control API's, and raw connections that are closed at the end."""

    url: str
    control: str
    stack: ExitStack = field(default_factory=ExitStack)

    def wire(self) -> RedisWire:
        wire = RedisWire(self.url)
        self.stack.callback(wire.close)
        return wire

    def script(self, fault: dict[str, Any], operation: str | None = None, **order: Any) -> str:  # noqa: ANN401 -- the API's own members
        body = {"fault": fault, "operation": operation, **order}
        answer = httpx.post(f"{self.control}/__fake__/scripts", json=body, trust_env=False, verify=tls())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["script_id"])

    def state(self, script_id: str) -> dict[str, Any]:
        answer = httpx.get(f"{self.control}/__fake__/scripts/{script_id}", trust_env=False, verify=tls())
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    def heal(self, script_id: str) -> dict[str, Any]:
        answer = httpx.delete(f"{self.control}/__fake__/scripts/{script_id}", trust_env=False, verify=tls())
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    def journal(self, **filters: str | int) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.control}/__fake__/journal", params=filters, trust_env=False, verify=tls())
        assert answer.status_code == 200, answer.text
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return httpx.request(
            method, f"{self.control}/__fake__{path}", json=body, trust_env=False, verify=tls()
        )

    def reset(self, **scope: str | int) -> None:
        answer = httpx.post(f"{self.control}/__fake__/reset", json=scope, trust_env=False, verify=tls())
        assert answer.status_code == 200, answer.text


@contextmanager
def real_valkey(password: str | None = None) -> Iterator[str]:
    with work_directory() as directory, valkey(directory, directory / "valkey", password=password) as url:
        yield url


@contextmanager
def standing(
    upstream: str | None, clock: Clock | None = None, own_password: str | None = None
) -> Iterator[Place]:
    """Run the fake over a real server, or in memory; with `clock`, by that one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    backend = backend_of(upstream, own_password) if clock is None else MemoryBackend(clock)
    server = RedisServer(backend) if clock is None else RedisServer(backend, clock)
    control = HttpServer(server.control)

    def run(work: Any) -> Any:  # noqa: ANN401 -- any coroutine
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=20)

    place = Place(run(server.start()), run(control.start()))
    try:
        with place.stack:
            yield place
    finally:
        run(control.stop())
        run(server.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=20)
        loop.close()

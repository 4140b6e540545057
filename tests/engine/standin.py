"""A dependency on a real socket that sends the very bytes it was given, however long that takes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from engine.dependencies.breaker import Breaker
from engine.dependencies.http import Dependency, open_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

JSON = b"HTTP/1.1 %d X\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


def answer(status: int, body: Any) -> bytes:  # noqa: ANN401 -- whatever JSON holds
    content = json.dumps(body).encode()
    return JSON % (status, len(content), content)


class StandIn:
    """Sends its bytes as often as it is asked; `drip` is the wait between them, `sent` how many went out."""

    def __init__(self) -> None:
        self.bytes = b""
        self.drip = 0.0
        self.sent = 0
        self.asked: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self.serve(reader, writer))
        self._tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = [int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")]
        body = await reader.readexactly(length[0]) if length else b""
        self.asked.append(head + body.decode())
        try:
            await self._send(writer)
        finally:
            writer.close()

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        if not self.drip:
            writer.write(self.bytes)
            self.sent += len(self.bytes)
            return
        for byte in self.bytes:
            writer.write(bytes([byte]))
            self.sent += 1
            await asyncio.sleep(self.drip)


@asynccontextmanager
async def reached(
    stand_in: StandIn, *, seconds: float = 5.0, token: str | None = None
) -> AsyncIterator[Dependency]:
    server = await asyncio.start_server(stand_in.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    breaker = Breaker("thing", failures_to_open=5, recovery_seconds=60.0)
    service = Dependency("thing", open_client(f"http://127.0.0.1:{port}/base", token), seconds, breaker)
    try:
        yield service
    finally:
        await service.aclose()
        server.close()
        await stand_in.end()

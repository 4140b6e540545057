"""A raw client: what it sends is exactly what it is told, what it returns is exactly what came."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from fakes.control import Entry, FakeControl

PATIENCE = 5.0


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 -- any JSON value
        return json.loads(self.body)


@dataclass(frozen=True)
class Wire:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, *, head: bool = False) -> Reply:
        """Read one framed answer; its framing is part of what is tested."""
        async with asyncio.timeout(PATIENCE):
            text = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = text.rstrip("\r\n").split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            length = 0 if head else int(headers.get("content-length", "0"))
            body = await self.reader.readexactly(length)
        return Reply(int(first.split(" ")[1]), headers, body)

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:  # noqa: ANN401 -- any JSON value
        await self.send(request(method, path, body, **headers))
        return await self.reply(head=method == "HEAD")

    async def rest(self) -> bytes:
        """Read until the other side ends; a reset raises."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()


def request(method: str, path: str, body: Any = None, **headers: str) -> bytes:  # noqa: ANN401 -- any JSON value
    content = b"" if body is None else json.dumps(body).encode()
    known = {"host": "fake", **{name.replace("_", "-"): text for name, text in headers.items()}}
    if body is not None:
        known |= {"content-type": "application/json", "content-length": str(len(content))}
    lines = "".join(f"{name}: {text}\r\n" for name, text in known.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + content


async def arrived(control: FakeControl) -> list[Entry]:
    """Wait until the fake has got a request; return its journal."""
    async with asyncio.timeout(PATIENCE):
        while not (entries := await control.journal()):  # noqa: ASYNC110 -- the fake may be another process
            await asyncio.sleep(0.01)
        return entries


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[Wire]:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()

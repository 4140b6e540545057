"""The client: 16 connections, on each the next request when the last answer is whole, nothing pipelined.

It is as small as a client can be, and its own cost is measured: where it uses nearly a whole core, it was
what limited the figure. `wrk`, where it is installed, costs less and is taken for the first figures.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONNECTIONS = 16
_LUA_AGAIN = """
local again = {again}
request = function()
  return again
end
"""
_LUA = """
local n = 0
local before, after = {before}, {after}
request = function()
  n = n + 1
  return before .. string.format("%032x", n) .. after
end
"""


@dataclass(frozen=True)
class Load:
    """What came of a load: `share` is how much of a core the client took."""

    answered: int
    seconds: float
    bad: int
    share: float

    @property
    def rate(self) -> float:
        """Return requests answered in a second."""
        return self.answered / self.seconds


class Client(asyncio.Protocol):
    """Sends the next requests (one, unless told otherwise) when the answers to the last are whole."""

    def __init__(self, requests: Iterator[bytes], pipelined: int = 1) -> None:
        self._requests = requests
        self._pipelined = pipelined
        self._wanted = 0
        self._buffer = b""
        self.answered = 0
        self.bad = 0
        self.gone = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Count whole answers."""
        self._buffer = self._buffer + data if self._buffer else data
        while self._take_one():
            self._wanted -= 1
        if self._wanted == 0:
            self._next()

    def _take_one(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n") + 4
        at = self._buffer.find(b"content-length: ", 0, end)
        if end < 4 or at < 0:  # noqa: PLR2004 -- the mark of a head's end was not found
            return False
        whole = end + int(self._buffer[at + 16 : self._buffer.index(b"\r", at)])
        if len(self._buffer) < whole:
            return False
        self.bad += not self._buffer.startswith(b"HTTP/1.1 200")
        self.answered += 1
        self._buffer = self._buffer[whole:]
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        """Say that nothing more comes."""
        self.gone.set_result(None)

    def _next(self) -> None:
        made = [request for _, request in zip(range(self._pipelined), self._requests, strict=False)]
        self._wanted = len(made)
        if made:
            self._transport.write(b"".join(made))
        else:
            self._transport.close()

    def stop(self) -> None:
        """End."""
        self._transport.abort()


def load(url: str, requests: Iterator[bytes], seconds: float, pipelined: int = 1) -> Load:
    """Send requests until there are no more, or the time is over."""
    return asyncio.run(_load(url, requests, seconds, pipelined))


async def _load(url: str, requests: Iterator[bytes], seconds: float, pipelined: int) -> Load:
    loop = asyncio.get_running_loop()
    place = urlsplit(url)
    host, port = place.hostname or "", place.port or 0
    began, cpu = time.perf_counter(), time.process_time()
    clients = [
        (await loop.create_connection(lambda: Client(requests, pipelined), host, port))[1]
        for _ in range(CONNECTIONS)
    ]
    await asyncio.wait([client.gone for client in clients], timeout=seconds)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    for client in clients:
        client.stop()
    answered, bad = sum(client.answered for client in clients), sum(client.bad for client in clients)
    return Load(answered, took, bad, used / took)


def wrk_or_load(url: str, requests: Callable[[], Iterator[bytes]], seconds: float) -> Load:
    """Do the same with wrk where it is installed; they are alike or differ in a number of 32 hex digits."""
    if shutil.which("wrk") is None:
        return load(url, requests(), seconds)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "requests.lua"
        script.write_text(_script(next(requests()).decode()))
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", str(script), url)
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after_it = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after_it.ru_utime + after_it.ru_stime - used.ru_utime - used.ru_stime
    answered, took = re.search(r"(\d+) requests in ([\d.]+)s", said).groups()  # type: ignore[union-attr]  # wrk says so
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Load(int(answered), float(took), int(bad[1]) if bad else 0, cpu / float(took))


def _script(first: str) -> str:
    """Return what has wrk send this request and those that follow it."""
    before, number, after = first.partition(f"{1:032x}")
    if not number:
        return _LUA_AGAIN.replace("{again}", json.dumps(first))
    return _LUA.replace("{before}", json.dumps(before)).replace("{after}", json.dumps(after))

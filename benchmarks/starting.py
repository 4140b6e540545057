"""How long it takes until fakes answer, imports aside. `python -m benchmarks.starting` prints milliseconds.

They are of processor time, which is all that there is to it: nothing waits. Each figure is of a fresh
process, since a document is read once in a process. What the imports have left to the garbage collector is
theirs: it comes by before the clock starts, not when chance has it. The client is a bare socket.
"""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from benchmarks.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_IMPORTS = (
    "fakes.running",
    "fakes.alerting",
    "fakes.eris.fake",
    "fakes.governance",
    "fakes.iam.fake",
    "fakes.llm",
    "fakes.otlp.fake",
    "fakes.policy",
    "fakes.ubi",
)


def environment() -> dict[str, str]:
    """Return one in which Python keeps what it has compiled, as it does unless it is told otherwise."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


async def first_answers() -> tuple[float, float]:
    """Return milliseconds from nothing to the first answer: of a process' first fake, and of a second."""
    return await _first_answer(), await _first_answer()


async def _first_answer() -> float:
    began = time.process_time()
    async with _answering():
        return (time.process_time() - began) * 1000


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    from fakes.running import running_fakes  # noqa: PLC0415 -- imported before: it is not what is measured

    async with running_fakes(only=["policy"]) as running:
        place = urlsplit(running.urls["policy"])
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.settimeout(0)
            await loop.sock_connect(client, (place.hostname, place.port))
            await loop.sock_sendall(client, b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
            assert (await loop.sock_recv(client, 4096)).startswith(b"HTTP/1.1 200")
            yield


def child_milliseconds() -> tuple[float, float]:
    """Return milliseconds, by the clock, until all fakes in a child are ready, and of its imports alone."""
    whole = _until_line("-m", "fakes")
    imports = "; ".join(f"import {name}" for name in _IMPORTS)
    alone = _until_line("-c", f"import argparse, asyncio; {imports}; print(flush=True)")
    return whole, alone


def _until_line(*arguments: str) -> float:
    began = time.perf_counter()
    command = (sys.executable, *arguments)
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        took = (time.perf_counter() - began) * 1000
        process.terminate()
    return took


def main() -> None:
    """Print both figures of this process."""
    import fakes.policy  # noqa: PLC0415 -- what is measured begins after the imports
    import fakes.running  # noqa: F401, PLC0415

    gc.collect()
    sys.stdout.write("{:.3f} {:.3f}\n".format(*asyncio.run(first_answers())))


if __name__ == "__main__":
    main()

"""How many commands a second the Redis fake answers: `python -m benchmarks.redis_throughput [SECONDS]`.

Beside its peers, in one run and in turns, 16 connections, GET, one at a time and pipelined by 16: the memory
backend beside fakeredis' own TCP server, the valkey backend beside the bare Valkey behind it. The load is
redis-benchmark's (Debian: redis-tools). Figures are shares of the peer's: the machine is never quite quiet.
"""

from __future__ import annotations

import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.processes import free_port, wait_until, work_directory
from harness.services import valkey

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
ROUNDS = 3
CONNECTIONS = 16
PIPELINES = (1, 16)
COMMANDS = {"valkey, bare": 60_000, "fakeredis' TCP server": 5_000}
FEWER = 15_000
STUCK = 120.0
FAKE = """
import asyncio, sys
from fakes.redis.backends import backend_of
from fakes.redis.server import RedisServer
async def main():
    await RedisServer(backend_of(sys.argv[2] or None)).start(int(sys.argv[1]))
    await asyncio.Event().wait()
asyncio.run(main())
"""
PEER = """
import sys
from fakeredis import TcpFakeServer
TcpFakeServer(("127.0.0.1", int(sys.argv[1]))).serve_forever()
"""
STARTED = """
import asyncio, time
from fakes.redis.memory.backend import MemoryBackend
from fakes.redis.server import RedisServer
async def main():
    began = time.perf_counter()
    url = await RedisServer(MemoryBackend()).start()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].split("/")[0]))
    writer.write(b"PING\\r\\n")
    await reader.readline()
    print((time.perf_counter() - began) * 1000)
    writer.close()
asyncio.run(main())
"""
GOALS = (
    ("memory", "fakeredis' TCP server", 1, 2.0),
    ("memory", "fakeredis' TCP server", 16, 9.0),
    ("valkey backend", "valkey, bare", 1, 0.4),
    ("valkey backend", "valkey, bare", 16, 0.2),
)


def main(program: str) -> None:
    """Measure in turns and print a table."""
    with ExitStack() as stack:
        work = stack.enter_context(work_directory())
        bare = stack.enter_context(valkey(work, work / "valkey"))
        ports = {
            "valkey, bare": int(bare.rpartition(":")[2].partition("/")[0]),
            "valkey backend": stack.enter_context(serving(FAKE, bare)),
            "memory": stack.enter_context(serving(FAKE, "")),
            "fakeredis' TCP server": stack.enter_context(serving(PEER, "")),
        }
        for port in ports.values():
            ask(port, b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$3\r\nxxx\r\n")
        found = {
            (name, depth): [measured(program, name, port, depth) for _ in range(ROUNDS)]
            for depth in PIPELINES
            for name, port in ports.items()
        }
    say(found)
    started = subprocess.run((sys.executable, "-c", STARTED), cwd=ROOT, capture_output=True, check=True)
    sys.stdout.write(f"start to first answer, imports aside: {float(started.stdout):.1f} ms (goal: 50)\n")


def say(found: dict[tuple[str, int], list[float]]) -> None:
    """Print commands a second, and the shares with their goals."""
    for (name, depth), rates in found.items():
        sys.stdout.write(f"{name:<24} pipelined by {depth:<3} {statistics.median(rates):>10,.0f}/s\n")
    for name, peer, depth, goal in GOALS:
        share = statistics.median(found[name, depth]) / statistics.median(found[peer, depth])
        sys.stdout.write(f"{name} : {peer}, by {depth}: {share:.2f} (goal: {goal:.2f})\n")


def measured(program: str, name: str, port: int, depth: int) -> float:
    """Return commands a second."""
    count = COMMANDS.get(name, FEWER) * (4 if depth > 1 and name not in COMMANDS else 1)
    load = ("-p", str(port), "-n", str(count), "-c", str(CONNECTIONS), "-P", str(depth), "-q", "GET", "key")
    told = subprocess.run((program, *load), capture_output=True, text=True, timeout=STUCK, check=True).stdout
    return float(re.findall(r"([\d.]+) requests per second", told)[-1])


@contextmanager
def serving(program: str, argument: str) -> Iterator[int]:
    """Run a server as a process of its own; yield its port once it answers."""
    port = free_port()
    with subprocess.Popen((sys.executable, "-c", program, str(port), argument), cwd=ROOT) as process:
        try:
            if not wait_until(lambda: answers(port) or process.poll() is not None, 30.0):
                raise TimeoutError(f"no server answers on port {port}")
            yield port
        finally:
            process.kill()


def answers(port: int) -> bool:
    """Say whether somebody listens there."""
    try:
        return bool(ask(port, b"*1\r\n$4\r\nPING\r\n"))
    except OSError:
        return False


def ask(port: int, request: bytes) -> bytes:
    """Send a request and return the first bytes that come."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(request)
        return client.recv(1024)


if __name__ == "__main__":
    found = shutil.which("redis-benchmark") or shutil.which("valkey-benchmark")
    if found is None:
        sys.exit("redis-benchmark is not installed (Debian: redis-tools)")
    began = time.monotonic()
    main(found)
    sys.stdout.write(f"measured in {time.monotonic() - began:.0f} s\n")

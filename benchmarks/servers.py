"""Servers in processes of their own, and what they cost: processor time and memory, not wall time.

Rule: servers have one core, clients another; on one, each answer would stop the server that has just sent it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Served:
    """A running server: where, and as which process."""

    urls: dict[str, str]
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def megabytes(self) -> float:
        """Return its resident memory."""
        return float(self.process.memory_info().rss / 1e6)


@contextmanager
def bare() -> Iterator[Served]:
    """Run the bare server; its URL is called "bare"."""
    with _started("benchmarks.bare_server") as (line, process):
        yield Served({"bare": line}, process)


@contextmanager
def fakes(*only: str) -> Iterator[Served]:
    """Run fakes."""
    with _started("fakes", *(("--only", ",".join(only)) if only else ())) as (line, process):
        yield Served(json.loads(line), process)


@contextmanager
def _started(module: str, *arguments: str) -> Iterator[tuple[str, psutil.Process]]:
    command = (sys.executable, "-m", module, *arguments)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        psutil.Process(process.pid).cpu_affinity(_cores()[:1])
        try:
            yield process.stdout.readline().strip(), psutil.Process(process.pid)
        finally:
            process.terminate()


def stay_out_of_their_way() -> None:
    """Keep this process, and those that it starts as clients, off the servers' core."""
    psutil.Process().cpu_affinity(_cores()[1:] or _cores())


@cache
def _cores() -> list[int]:
    return sorted(psutil.Process().cpu_affinity())


def control(url: str, method: str, path: str, body: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Ask a fake's control API."""
    request = urllib.request.Request(f"{url}/__fake__{path}", json.dumps(body).encode(), method=method)  # noqa: S310 -- our own URL
    with urllib.request.urlopen(request) as reply:  # noqa: S310 -- our own URL
        return json.load(reply)

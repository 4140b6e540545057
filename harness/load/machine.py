"""How busy this machine was with things that are no part of the run: what the engine cannot be blamed for.

The run's own processes are those that listen on the world's ports, all that they started, and ourselves.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.worlds import World

# With more than this part of the machine in other hands, and less than that part idle, a slow answer may be
# theirs: the average of some seconds hides the moments in which they took it all.
TAKEN = 0.2
IDLE = 0.5


@dataclass(frozen=True, slots=True)
class Shares:
    """What became of the machine's time, as parts of all of it: `foreign` went to others than the run."""

    foreign: float
    idle: float

    @property
    def excuse(self) -> str:
        """Say why a latency says nothing of the engine; empty when it does."""
        return "" if self.foreign <= TAKEN or self.idle >= IDLE else str(self)

    def __str__(self) -> str:
        return f"other programs took {self.foreign:.0%} of this machine and left {self.idle:.0%} idle"


class Watch:
    """Watches from when it is made until it is asked."""

    def __init__(self, world: World) -> None:
        self._pids = set(_listeners(_ports(world))) | {os.getpid()}
        self._times = psutil.cpu_times()
        self._own = self._spent()

    def shares(self) -> Shares:
        """Return what became of the time since the watch began."""
        now, before = psutil.cpu_times(), self._times
        idle = now.idle + getattr(now, "iowait", 0.0) - before.idle - getattr(before, "iowait", 0.0)
        # Linux counts the time of guests twice: in `user` and by itself.
        whole = sum(now) - sum(before) - _guests(now) + _guests(before)
        own = sum(spent - self._own.get(pid, 0.0) for pid, spent in self._spent().items())
        if whole <= 0:
            return Shares(0.0, 1.0)
        return Shares(foreign=max(0.0, whole - idle - own) / whole, idle=idle / whole)

    def _spent(self) -> dict[int, float]:
        """Return the processor time of each of the run's processes, with that of its ended children."""
        return {process.pid: spent for process in self._tree() if (spent := _spent_by(process)) is not None}

    def _tree(self) -> Iterator[psutil.Process]:
        for pid in self._pids:
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                yield process
                yield from process.children(recursive=True)


def _spent_by(process: psutil.Process) -> float | None:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return None


def _guests(times: object) -> float:
    return float(getattr(times, "guest", 0.0)) + float(getattr(times, "guest_nice", 0.0))


def _ports(world: World) -> set[int]:
    addresses = (*world.engine_urls, *world.fakes.values(), world.database, world.redis)
    return {port for address in addresses if address and (port := urlsplit(address).port)}


def _listeners(ports: Iterable[int]) -> Iterator[int]:
    wanted = set(ports)
    with contextlib.suppress(psutil.AccessDenied):
        for connection in psutil.net_connections("tcp"):
            if connection.status != psutil.CONN_LISTEN or connection.pid is None:
                continue
            if connection.laddr and connection.laddr.port in wanted:
                yield connection.pid

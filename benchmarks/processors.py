"""How much processor time each part of a running world has used, with all the processes that it started."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.worlds import World


@dataclass(frozen=True)
class Parts:
    """The processes that listen for each part; the generator is what this process started and has ended."""

    pids: Mapping[str, frozenset[int]]

    def seconds(self) -> dict[str, float]:
        """Return the processor time of each part up to now."""
        ended = os.times()
        spent = {name: sum(map(_spent, pids)) for name, pids in self.pids.items()}
        return {**spent, "generator": ended.children_user + ended.children_system}


def parts_of(world: World) -> Parts:
    """Find who listens on the world's addresses."""
    listening = _listeners()
    addresses = {
        "engine": world.engine_urls,
        "fakes": world.fakes.values(),
        "PostgreSQL": (world.database,),
        "Valkey": (world.redis,),
    }
    return Parts(
        {
            name: frozenset().union(*(_roots(listening[urlsplit(one).port]) for one in urls if one))
            for name, urls in addresses.items()
        }
    )


def _spent(pid: int) -> float:
    root = psutil.Process(pid)
    return sum(_own(process) for process in (root, *root.children(recursive=True))) + _of_ended(root)


def _own(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _of_ended(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.children_user + times.children_system)


def _roots(pids: set[int]) -> set[int]:
    """Leave out whose parent listens too: workers share an address, and are counted with their parent."""
    return {pid for pid in pids if psutil.Process(pid).ppid() not in pids}


def _listeners() -> Mapping[int | None, set[int]]:
    found: dict[int | None, set[int]] = defaultdict(set)
    for one in psutil.net_connections("tcp"):
        if one.status == psutil.CONN_LISTEN and one.pid is not None and one.laddr:
            found[one.laddr.port].add(one.pid)
    return found

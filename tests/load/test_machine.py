"""What others do to this machine is told apart from what the run does."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from harness.load.machine import Shares, Watch
from harness.worlds import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY = 2**22 + 1  # no process has this number
SPIN = """
import socket, sys, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
sys.stdin.readline()
end = time.process_time() + 0.5
while time.process_time() < end: pass
print("spun", flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def spinning() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Give a process that listens on a port and spends half a second of processor time when told to."""
    command = [sys.executable, "-c", SPIN]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def spin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "spun\n"


def a_world(url: str, where: Path) -> World:
    return World(
        engine_urls=(url,),
        base_path="",
        ready_path="/",
        work_dir=str(where),
        run_dir=str(where),
        profile="standin.toml",
        seed=1,
    )


def test_time_that_the_run_s_own_processes_spend_is_not_foreign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What spins here is our own child: it must be known by its port alone.
    monkeypatch.setattr("harness.load.machine.os.getpid", lambda: NOBODY)
    with spinning() as (process, port):
        mine, not_mine = (a_world(f"http://127.0.0.1:{each}", tmp_path) for each in (port, 1))
        own, foreign = Watch(mine), Watch(not_mine)

        spin(process)
        known, unknown = own.shares(), foreign.shares()

    assert unknown.foreign - known.foreign > 0.02


@pytest.mark.parametrize(
    ("foreign", "idle", "excused"),
    [(0.0, 0.0, False), (0.5, 0.1, True), (0.5, 0.6, False), (0.1, 0.0, False)],
)
def test_only_a_machine_in_other_hands_and_without_rest_is_an_excuse(
    foreign: float, idle: float, *, excused: bool
) -> None:
    assert bool(Shares(foreign, idle).excuse) == excused

"""Start a command under a guard, and hold it by its lifeline.

Rule: whatever is started here ends when this process ends, also when it is killed with SIGKILL: the guard
sees the pipe close.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import msgspec

from harness.processes.environment import guard_environment
from harness.processes.errors import UnbuildableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GUARD = Path(__file__).with_name("guard.py")
TAIL_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to start. Output goes to `log` (standard output to `stdout`, where that is named).

    `lock` is held while anything of it runs; `user` and `group` are names or numbers and need root.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    log: Path
    stdout: Path | None = None
    lock: Path | None = None
    user: str | None = None
    group: int | None = None
    stop_signal: int = signal.SIGTERM
    grace: float = 5.0

    def as_line(self) -> bytes:
        """Return the guard's first line."""
        spec = {
            "command": self.argv,
            "cwd": str(self.cwd),
            "env": dict(self.env),
            "log": str(self.log),
            "stdout": str(self.stdout) if self.stdout else None,
            "lock": str(self.lock) if self.lock else None,
            "user": self.user,
            "group": self.group,
            "stop_signal": int(self.stop_signal),
        }
        return msgspec.json.encode(spec) + b"\n"


class Child:
    """A running command. Leaving its context, or this process' end, ends its whole tree."""

    def __init__(self, command: Command, guard: subprocess.Popen[bytes]) -> None:
        self.command = command
        self._guard = guard
        self._heard = b""
        self._exit: int | None = None
        self.pid = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def name(self) -> str:
        """Return what it is called in messages."""
        return self.command.name

    def running(self) -> bool:
        """Tell whether the command itself still runs."""
        self._listen()
        return self._exit is None and self._guard.poll() is None

    def exit_code(self) -> int | None:
        """Return how it ended: its exit status, or minus the signal; None while it runs."""
        if self.running():
            return None
        self._listen()
        return self._exit if self._exit is not None else self._guard.poll()

    def wait(self, seconds: float | None = None) -> int | None:
        """Return the exit code once it has ended, or None when it still runs after `seconds`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._guard.wait(seconds)
        return self.exit_code()

    def signal(self, number: int) -> None:
        """Send a signal to the command's whole tree (SIGKILL, SIGSTOP, SIGCONT: what disturbs a process)."""
        self._order(f"signal {int(number)}")

    def stop(self, grace: float | None = None) -> int | None:
        """End the whole tree: the stop signal, then after `grace` seconds SIGKILL; return the exit code."""
        seconds = self.command.grace if grace is None else grace
        self._order(f"stop {seconds}")
        with contextlib.suppress(OSError):
            _stream(self._guard.stdin).close()
        try:
            self._guard.wait(seconds + 5.0)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        code = self.exit_code()
        _stream(self._guard.stdout).close()
        return code

    def last_lines(self, count: int = 20) -> tuple[str, ...]:
        """Return the last lines of its log that say anything."""
        return last_lines(self.command.log, count)

    def _order(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            _stream(self._guard.stdin).write(line.encode() + b"\n")

    def _listen(self) -> None:
        stdout = _stream(self._guard.stdout)
        if stdout.closed:
            return
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(stdout.fileno(), 4096):
                self._heard += chunk
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            self._understand(msgspec.json.decode(line))

    def _understand(self, told: dict[str, Any]) -> None:
        if "exit" in told:
            self._exit = told["exit"]

    def begin(self) -> None:
        """Hand the guard its work and wait for its word that the command was started."""
        stdout = _stream(self._guard.stdout)
        with contextlib.suppress(BrokenPipeError):
            _stream(self._guard.stdin).write(self.command.as_line())
        told = msgspec.json.decode(stdout.readline() or b'{"error": "its guard ended"}', type=dict[str, Any])
        if "error" in told:
            self.stop(0)
            raise UnbuildableError(f"{self.name} cannot be started: {told['error']}")
        self.pid = told["pid"]
        os.set_blocking(stdout.fileno(), False)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise UnbuildableError("a guard was started without its pipes")
    return stream


def start(command: Command) -> Child:
    """Start a command under a guard of its own."""
    command.log.parent.mkdir(parents=True, exist_ok=True)
    guard = subprocess.Popen(
        [sys.executable, "-I", "-S", str(GUARD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=guard_environment(),
        cwd="/",
        start_new_session=True,
    )
    child = Child(command, guard)
    child.begin()
    return child


def last_lines(log: Path, count: int = 20) -> tuple[str, ...]:
    """Return the last lines of a file that say anything; none when it is not there."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ()
    return tuple([line for line in text.splitlines() if line.strip()][-count:])


def wait_until(done: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Ask until the answer is yes or the time is over; return the last answer."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True

"""Run one command and see to it that nothing of it outlives whoever asked for it.

Started by path as `python -I -S guard.py`. Standard input is the lifeline: its first line says what to run
(JSON), further lines are orders ("stop SECONDS", "signal NUMBER"), and its end means that the parent is gone.
Standard output tells, one JSON line each: {"pid": N} or {"error": TEXT}, later {"exit": N}.

Rule: standard library only, one thread, no import of the toolkit: this file must start in milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ORPHAN_GRACE = 2.0  # a parent that died must find everything gone within 5 s
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LINUX = sys.platform.startswith("linux")
LIBC = ctypes.CDLL(None) if LINUX else None
STATE, PARENT = 0, 1  # fields of /proc/PID/stat after the name


def say(**fields: object) -> None:
    """Tell the parent; a parent that is gone hears nothing, and need not."""
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(fields).encode() + b"\n")


class Orders:
    """What arrives on the lifeline, line by line; `closed` once the parent is gone."""

    def __init__(self) -> None:
        self._buffer = b""
        self.closed = False

    def wait(self, wake: int, seconds: float | None) -> list[str]:
        """Return the lines that came, at the latest after `seconds` or when `wake` has something to read."""
        sources = [wake] if self.closed else [0, wake]
        ready, _, _ = select.select(sources, [], [], seconds)
        if wake in ready:
            os.read(wake, 4096)
        return self._read() if 0 in ready else []

    def first(self) -> str | None:
        """Return the first line, or None when the parent was gone before it was whole."""
        while not self.closed:
            for line in self._read():
                return line
        return None

    def _read(self) -> list[str]:
        chunk = os.read(0, 65536)
        self.closed = not chunk
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        return [line.decode() for line in lines]


class Tree:
    """The child and all that came of it, also what has detached itself (Linux: this guard adopts orphans)."""

    def __init__(self, child: int) -> None:
        self.child = child
        self.status: int | None = None

    def reap(self) -> None:
        """Take note of whoever ended."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid == self.child:
                    self.status = os.waitstatus_to_exitcode(status)

    def alive(self) -> list[int]:
        """Return every living process below this guard."""
        if not LINUX:
            return [] if self.status is not None and not _group_alive(self.child) else [self.child]
        return _descendants(os.getpid(), _parents())

    def send(self, number: int) -> None:
        """Send a signal to all of them."""
        if not LINUX:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child, number)
            return
        for pid in self.alive():
            _kill(pid, number)


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                if fields[STATE] != b"Z":
                    found[int(entry.name)] = int(fields[PARENT])
    return found


def _descendants(root: int, parents: dict[int, int]) -> list[int]:
    found, level = [], [root]
    while level:
        level = [pid for pid, parent in parents.items() if parent in level]
        found += level
    return found


def wake_on_signals() -> int:
    """Return what becomes readable when a child ends or when this guard is told to end."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return reader


def end_when_told() -> list[int]:
    """Return a list that fills once this guard is told to end by a signal."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: told.append(number))
    return told


def launch(spec: dict[str, Any]) -> int:
    """Start the command in a session of its own and return its process id."""

    def die_with_guard() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    identity = {"user": spec["user"], "group": spec["group"], "extra_groups": []} if spec["user"] else {}
    with Path(spec["log"]).open("ab") as log, Path(spec["stdout"] or spec["log"]).open("ab") as out:
        child = subprocess.Popen(
            spec["command"],
            cwd=spec["cwd"],
            env=spec["env"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_guard,  # noqa: PLW1509 - this program has one thread
            **identity,
        )
    pid = child.pid
    child.returncode = 0  # the Tree reaps it, not Popen
    return pid


def watch(tree: Tree, orders: Orders, wake: int, told: list[int]) -> float:
    """Carry out orders until the child ends, or must; return how long it may take to stop."""
    while True:
        tree.reap()
        if tree.status is not None or orders.closed or told:
            return ORPHAN_GRACE
        for line in orders.wait(wake, None):
            word, _, argument = line.partition(" ")
            if word == "stop":
                return float(argument)
            tree.send(int(argument))


def end(tree: Tree, wake: int, stop_signal: int, grace: float) -> None:
    """Ask the child to stop, then whatever is left; kill what does not listen."""
    deadline = time.monotonic() + grace
    patience = Orders()
    patience.closed = True
    if tree.status is None:
        _kill(tree.child, stop_signal)
        _kill(tree.child, signal.SIGCONT)
    rest_told = False
    while tree.alive() and time.monotonic() < deadline + ORPHAN_GRACE:
        if time.monotonic() > deadline:
            tree.send(signal.SIGKILL)
        elif tree.status is not None and not rest_told:
            tree.send(signal.SIGTERM)
            tree.send(signal.SIGCONT)
            rest_told = True
        patience.wait(wake, 0.05)
        tree.reap()


def guard(spec: dict[str, Any], orders: Orders) -> None:
    """Start, watch and end one command."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, told = wake_on_signals(), end_when_told()
    if spec["lock"]:  # held while anything of this runs, so that the work directory is not removed under it
        fcntl.flock(os.open(spec["lock"], os.O_RDONLY), fcntl.LOCK_SH)
    tree = Tree(launch(spec))
    say(pid=tree.child)
    grace = watch(tree, orders, wake, told)
    if tree.status is not None:
        say(exit=tree.status)
    ended = tree.status is not None
    end(tree, wake, spec["stop_signal"], grace)
    if not ended:
        say(exit=tree.status)


def main() -> None:
    """Read what to run, run it, and never outlive the parent by more than a moment."""
    orders = Orders()
    line = orders.first()
    if line is None:
        return
    try:
        guard(json.loads(line), orders)
    except OSError as error:
        say(error=f"{error.filename or ''}: {error.strerror}".lstrip(": "))


if __name__ == "__main__":
    main()

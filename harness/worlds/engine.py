"""One engine process: started from the profile, watched until it is ready, disturbed by scenarios."""

from __future__ import annotations

import math
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.processes import (
    Child,
    Command,
    DiedError,
    UnbuildableError,
    last_lines,
    port_taken,
    promise,
    start,
)
from harness.worlds.readiness import NotReadyError, Readiness, wait_until_ready
from reports.redaction import redact
from reports.run import now

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from pathlib import Path

LAST_LINES = 12


class PortTakenError(UnbuildableError):
    """Somebody else has the port on which an engine was to listen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """Everything that is needed to start this engine, now or again.

    `secrets`: what may be one, and is struck out of whatever is kept. `unspeakable`: what surely is one, so
    that an engine which writes it into a log is to blame.
    """

    command: Command
    origin: str
    ready_path: str
    fakes: Mapping[str, str]
    start_seconds: float
    log: Path
    workdir: Path
    port: int
    movable: bool
    secrets: tuple[str, ...] = field(default=(), repr=False)
    unspeakable: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Blow:
    """What was done to an engine's process, and when."""

    fault: str
    at: str


class Engine:
    """A running engine. It can be killed, paused and started again, on the same port.

    `took`: how many seconds its last start took until it was ready.
    """

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self._began = time.monotonic()
        self._child: Child | None = None
        self._promised: socket.socket | None = None
        self.took = math.inf
        self.blows: list[Blow] = []

    @property
    def url(self) -> str:
        """Return its origin."""
        return self.blueprint.origin

    @property
    def process(self) -> Child:
        """Return its process."""
        if self._child is None:
            raise UnbuildableError(f"the engine at {self.url} was never started")
        return self._child

    def keep(self) -> None:
        """Keep its port from every other harness here until `end`; PortTakenError where somebody has it."""
        where = f"port {self.blueprint.port}, where the engine is to listen, is already in use"
        self._promised = self._promised or promise(self.blueprint.port)
        if self._promised is None:
            raise PortTakenError(f"{where} by another run of mmm on this machine")
        if port_taken(self.blueprint.port):
            raise PortTakenError(where)

    def start(self) -> None:
        """Start the process; ready it is only after `wait_until_ready`."""
        self.keep()
        self._began = time.monotonic()
        self._child = start(self.blueprint.command)

    def wait_until_ready(self, within: float = math.inf) -> Readiness:
        """Wait, never longer than its profile says, and return how long its start took."""
        plan = self.blueprint
        patience = min(plan.start_seconds, within)
        readiness = wait_until_ready(plan.origin, plan.ready_path, patience, self.check_alive, plan.fakes)
        self.check_alive()
        self.took = time.monotonic() - self._began
        return Readiness(self.took, readiness.note)

    def why_not_ready(self, within: float = math.inf) -> str:
        """Wait until it is ready; return why it never was, "" where it is."""
        try:
            self.wait_until_ready(within)
        except DiedError as death:
            if port_taken(self.blueprint.port):
                raise  # somebody else's process took it: that says nothing of the engine
            return ": ".join((death.line, *death.log[-1:]))
        except NotReadyError as waited:
            return ": ".join((waited.line, *waited.log[-1:]))
        return ""

    def check_alive(self) -> None:
        """Raise, with its last words, if the process has ended."""
        code = self.process.exit_code()
        if code is not None:
            line = f"the engine ended {_how(code)} before it was ready"
            raise DiedError(line, self.last_words())

    def last_words(self) -> tuple[str, ...]:
        """Return the last lines that it printed, or wrote to its log, without secrets."""
        lines = self.process.last_lines(LAST_LINES) or last_lines(self.blueprint.log, LAST_LINES)
        return tuple(redact(line, self.blueprint.secrets) for line in lines)

    def kill(self) -> None:
        """End it as `kill -9` does, with all that it started."""
        self.blows.append(Blow("kill -9", now()))
        self.process.signal(signal.SIGKILL)
        self.process.wait(5.0)

    def pause(self) -> None:
        """Stop it where it stands (SIGSTOP)."""
        self.blows.append(Blow("pause", now()))
        self.process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on (SIGCONT)."""
        self.process.signal(signal.SIGCONT)

    def restart(self) -> Readiness:
        """End it politely if it runs, start it again and wait until it is ready."""
        self.stop()
        self.start()
        return self.wait_until_ready()

    def restart_as(self, blueprint: Blueprint, within: float = math.inf) -> str:
        """End it politely and start it as this says, on the same port; return why it never got ready.

        "" where it did.
        """
        self.stop()
        self.blueprint = blueprint
        self.start()
        return self.why_not_ready(within)

    def stop(self) -> None:
        """End it as its profile says; nothing happens if it has ended already."""
        if self._child is not None:
            self._child.stop()

    def end(self) -> None:
        """Stop it for good, and let its port go."""
        self.stop()
        if self._promised is not None:
            self._promised.close()
            self._promised = None


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"

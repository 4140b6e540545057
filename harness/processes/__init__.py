"""Processes: whatever is started here is ended here, whatever happens to us."""

from harness.processes.child import Child, Command, last_lines, start, wait_until
from harness.processes.environment import (
    CHECKOUT,
    engine_environment,
    guard_environment,
    own_environment,
    own_python,
)
from harness.processes.errors import (
    ConfigurationError,
    CrashedError,
    DiedError,
    HarnessError,
    UnbuildableError,
)
from harness.processes.ports import LOOPBACK, free_port, kept_port, port_taken, promise, reached
from harness.processes.workdir import lock_of, work_directory

__all__ = [
    "CHECKOUT",
    "LOOPBACK",
    "Child",
    "Command",
    "ConfigurationError",
    "CrashedError",
    "DiedError",
    "HarnessError",
    "UnbuildableError",
    "engine_environment",
    "free_port",
    "guard_environment",
    "kept_port",
    "last_lines",
    "lock_of",
    "own_environment",
    "own_python",
    "port_taken",
    "promise",
    "reached",
    "start",
    "wait_until",
    "work_directory",
]

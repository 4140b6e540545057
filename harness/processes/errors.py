"""What can go wrong before an engine can be judged: each is one line and knows its exit code."""

from __future__ import annotations

from typing import ClassVar


class HarnessError(Exception):
    """Something stands in the way of a verdict. `log` holds the last lines of whatever died."""

    exit_code: ClassVar[int] = 3

    def __init__(self, line: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(line)
        self.line = line
        self.log = log


class ConfigurationError(HarnessError):
    """Wrong usage, or a file that cannot be what it should be."""

    exit_code: ClassVar[int] = 2


class UnbuildableError(HarnessError):
    """The environment could not be built: a service, a fake or the engine did not come up."""


class DiedError(UnbuildableError):
    """A process ended although nobody asked it to."""


class CrashedError(HarnessError):
    """A mistake of ours: nothing is known, and that is not the engine's fault."""

    exit_code: ClassVar[int] = 4

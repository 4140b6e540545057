"""The command line: `mmm`."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def main() -> None:
    """Run `mmm` with the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # they are text files
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _too_early)
    from harness.cli.main import run  # noqa: PLC0415 - a second of imports, which a signal may end in one line

    sys.exit(run())


def _too_early(number: int, _frame: FrameType | None) -> None:
    sys.stderr.write(f"mmm: interrupted by {signal.Signals(number).name} before anything was started\n")
    sys.exit(128 + number)

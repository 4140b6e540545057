"""The command line: `mmm`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `mmm` with the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # they are text files
    try:
        from harness.cli.main import run  # noqa: PLC0415 - Ctrl-C during a second of imports shows no traceback

        sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(130)

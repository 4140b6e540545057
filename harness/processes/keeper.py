"""Make a private work directory and remove it, when asked or when the parent is gone, however it died.

Started by path as `python -I -S keeper.py PARENT_DIRECTORY`. Prints the directory; the end of standard input
means: wait until no guard holds the directory's lock any more, then remove it.

Rules: a parent that is gone before it hears the directory's name changes nothing: it is removed all the same.
Standard library only, no import of the toolkit: this file must start in milliseconds.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

LOCK = ".in-use"
PATIENCE = 4.0  # guards give an orphan 2 s; everything must be gone within 5 s


def tell(directory: Path) -> None:
    """Tell the parent; a parent that is gone hears nothing, and need not."""
    with contextlib.suppress(OSError):
        os.write(1, f"{directory}\n".encode())


def wait_until_unused(lock: Path) -> None:
    """Return when no guard holds the lock, or when patience ends."""
    handle = os.open(lock, os.O_RDONLY)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return


def remove(directory: Path) -> None:
    """Remove the directory, also when somebody is still writing into it for a moment."""
    deadline = time.monotonic() + 1.0
    while directory.exists() and time.monotonic() < deadline:
        shutil.rmtree(directory, ignore_errors=True)


def main() -> None:
    """Keep the directory for as long as the parent lives."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the lifeline alone decides
    directory = Path(tempfile.mkdtemp(prefix="mmm-", dir=sys.argv[1]))
    directory.chmod(0o711)  # storage may run as another user, who must pass through and see nothing
    (directory / LOCK).touch()
    tell(directory)
    sys.stdin.buffer.read()
    wait_until_unused(directory / LOCK)
    remove(directory)


if __name__ == "__main__":
    main()

"""A private directory for all that a run starts, removed at the end, also when the run is killed."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness.processes.environment import guard_environment
from harness.processes.errors import UnbuildableError

if TYPE_CHECKING:
    from collections.abc import Iterator

KEEPER = Path(__file__).with_name("keeper.py")
LOCK = ".in-use"


@contextlib.contextmanager
def work_directory() -> Iterator[Path]:
    """Make a work directory; at the end, or when this process dies, everything in it goes."""
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", str(KEEPER), str(_parent())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=guard_environment(),
        cwd="/",
        start_new_session=True,
    )
    with keeper:  # leaving closes the lifeline and waits until the directory is gone
        line = keeper.stdout.readline().decode().strip() if keeper.stdout else ""
        if not line:
            raise UnbuildableError(
                f"no work directory can be made in {_parent()}: is it writable and not full?"
            )
        yield Path(line)


def lock_of(work_dir: Path) -> Path:
    """Return the file that guards hold while something of theirs runs in the directory."""
    return work_dir / LOCK


def _parent() -> Path:
    """Return where temporary directories go; as root one that another user can pass through."""
    usual = ("/tmp", "/var/tmp")  # noqa: S108 - a private directory is made there
    choices = [Path(tempfile.gettempdir()), *map(Path, usual)]
    if os.geteuid() != 0:
        return choices[0]
    return next((choice for choice in choices if _passable(choice)), choices[0])


def _passable(directory: Path) -> bool:
    every = [directory, *directory.resolve().parents]
    return all(folder.is_dir() and folder.stat().st_mode & stat.S_IXOTH for folder in every)

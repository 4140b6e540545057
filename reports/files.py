"""Whole files or none: what is written here is never seen, nor left behind, half done.

Rule: a name appears only once its content is complete, even when the writer is killed in the middle.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file, or replace one, in one step."""
    with _hidden(path.parent, data, mode) as hidden:
        try:
            hidden.show_as(path)
        except FileExistsError:
            hidden.replace(path)


def write_new(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file that must not exist yet: of two writers one wins, the other gets FileExistsError."""
    with _hidden(path.parent, data, mode) as hidden:
        hidden.show_as(path)


class _Hidden(Protocol):
    def show_as(self, path: Path) -> None: ...

    def replace(self, path: Path) -> None: ...


class _Nameless:
    """A complete file without a name: it is gone by itself when its writer dies."""

    def __init__(self, file: int) -> None:
        self._file = file

    def show_as(self, path: Path) -> None:
        # With a directory descriptor Python calls linkat, which follows the link under /proc.
        os.link(f"/proc/self/fd/{self._file}", path, src_dir_fd=self._file, follow_symlinks=True)

    def replace(self, path: Path) -> None:
        between = path.with_name(f".{path.name}.{os.getpid()}")
        between.unlink(missing_ok=True)
        self.show_as(between)
        try:
            between.replace(path)
        finally:
            between.unlink(missing_ok=True)


class _Named:
    """The same where the file system has no nameless files: a hidden name, removed at the end."""

    def __init__(self, name: Path) -> None:
        self._name = name

    def show_as(self, path: Path) -> None:
        os.link(self._name, path)

    def replace(self, path: Path) -> None:
        self._name.replace(path)


@contextlib.contextmanager
def _hidden(folder: Path, data: bytes, mode: int) -> Iterator[_Hidden]:
    with contextlib.ExitStack() as ending:
        file, hidden = _open(folder, ending)
        os.fchmod(file, mode)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
        yield hidden


def _open(folder: Path, ending: contextlib.ExitStack) -> tuple[int, _Hidden]:
    try:
        file = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except (AttributeError, OSError):  # not Linux, or a file system without them
        return _open_named(folder, ending)
    ending.callback(os.close, file)
    return file, _Nameless(file)


def _open_named(folder: Path, ending: contextlib.ExitStack) -> tuple[int, _Hidden]:
    file, name = tempfile.mkstemp(prefix=".", dir=folder)
    ending.callback(os.close, file)
    ending.callback(Path(name).unlink, missing_ok=True)
    return file, _Named(Path(name))

"""Writing: one file a source, one event a line, each line handed to the system whole and at once.

Rule: one process, one source; a source's file is never written by two.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

import msgspec

from reports.run.reader import EVENTS

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from reports.record import Event


class EventLog:
    """Appends to `events/{source}.jsonl`; whatever was emitted is in the file when `emit` returns."""

    def __init__(self, run_dir: Path, source: str) -> None:
        folder = run_dir / EVENTS
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{source}.jsonl"
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._drop_torn_line()

    def emit(self, event: Event) -> None:
        """Append one event."""
        line = memoryview(_encode(event) + b"\n")
        while line:
            line = line[os.write(self._file, line) :]

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _drop_torn_line(self) -> None:
        # An earlier writer of this source may have been killed in the middle of a line: what is appended
        # now must not turn that torn end into a torn middle.
        text = self.path.read_bytes()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            os.ftruncate(self._file, whole)


def _encode(event: Event) -> bytes:
    try:
        return msgspec.json.encode(event)
    except UnicodeEncodeError:
        # A lone surrogate (a hostile input, recorded) has no UTF-8 form.
        return msgspec.json.encode(_printable(msgspec.to_builtins(event)))


def _printable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value

"""Reading: all sources' events in one order; a torn last line of a killed run is left out, never guessed."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from reports.record import Event
from reports.run.clock import instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

EVENTS = "events"

_decoder = msgspec.json.Decoder(Event)

_Timed = tuple["datetime", Event]


class RunError(Exception):
    """A run directory that cannot be read: one line, naming file and line."""


def read_events(run_dir: Path) -> list[Event]:
    """Return every event of a run, merged by `at`; equal times keep the order of file name and line."""
    files = _files(run_dir)
    if not files:
        raise RunError(
            f"{run_dir}: not a run directory (no {EVENTS}/*.jsonl); give one that `mmm verify` wrote"
        )
    timed = [item for path in files for item in _parse(path, path.read_bytes(), first_line=1)]
    return _in_order(timed)


class EventTail:
    """Reads a run while it goes on: each call returns what is new, in order, whole lines only."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._read: dict[Path, tuple[int, int]] = {}

    def new_events(self) -> list[Event]:
        """Return the events that were written since the last call."""
        return _in_order([item for path in _files(self._run_dir) for item in self._advance(path)])

    def _advance(self, path: Path) -> list[_Timed]:
        offset, lines = self._read.get(path, (0, 0))
        with path.open("rb") as file:
            file.seek(offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        timed = list(_parse(path, whole, first_line=lines + 1))
        self._read[path] = (offset + len(whole), lines + whole.count(b"\n"))
        return timed


def _files(run_dir: Path) -> list[Path]:
    return sorted((run_dir / EVENTS).glob("*.jsonl"))


def _in_order(timed: list[_Timed]) -> list[Event]:
    return [event for _, event in sorted(timed, key=itemgetter(0))]


def _parse(path: Path, text: bytes, *, first_line: int) -> Iterator[_Timed]:
    # Whatever follows the last newline is the torn line of a killed writer.
    for number, line in enumerate(text.split(b"\n")[:-1], start=first_line):
        try:
            event = _decoder.decode(line)
            yield instant(event.at), event
        except (msgspec.DecodeError, ValueError) as error:
            raise RunError(f"{path} line {number}: not an event of a run ({error})") from error

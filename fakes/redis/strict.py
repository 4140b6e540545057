"""Requests byte by byte, as strictly as Redis reads them, with its own protocol errors.

Rule: no I/O. `feed` may be given any slicing of the bytes, with the same result. A parser that has refused
something says nothing more: the connection is over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fakes.redis.inline import UnbalancedError, split_words

LINE_MAX = 65_536
BULK_MAX = 512 * 1024 * 1024
_COUNT_MAX = 2**31 - 1
_INTEGER = re.compile(rb"0|-?[1-9][0-9]{0,18}")

Command = list[bytes]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What came is no command; the connection ends after the error."""

    reason: str


class StrictParser:
    """One per connection; it is idle where the last command ended and nothing of the next has come."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._at = 0
        self._missing = 0  # of the arguments of the command that is being read
        self._size = -1  # of the argument that is being read; -1: its header has not come
        self._words: Command = []
        self._over = False

    @property
    def idle(self) -> bool:
        """Say whether nothing is kept for later."""
        return not self._missing and not self._data and not self._over

    def feed(self, data: bytes) -> list[Command | Refusal]:
        """Return what became whole with `data`, in order."""
        said: list[Command | Refusal] = []
        if self._over:
            return said
        self._data += data
        try:
            while (command := self._next()) is not None:
                if command:
                    said.append(command)
        except _WrongError as wrong:
            self._over = True
            said.append(Refusal(f"Protocol error: {wrong}"))
        del self._data[: self._at]
        self._at = 0
        return said

    def _next(self) -> Command | None:
        """Return the next command (an empty one says nothing), or None until more has come."""
        if self._missing:
            return self._arguments()
        if self._at >= len(self._data):
            return None
        return self._multibulk() if self._data[self._at] == ord("*") else self._inline()

    def _inline(self) -> Command | None:
        end = self._find(b"\n")
        if end < 0:
            if len(self._data) - self._at > LINE_MAX:
                raise _WrongError("too big inline request")
            return None
        line = bytes(self._data[self._at : end])
        self._at = end + 1
        try:
            return split_words(line.removesuffix(b"\r"))
        except UnbalancedError:
            raise _WrongError("unbalanced quotes in request") from None

    def _multibulk(self) -> Command | None:
        line = self._line("too big mbulk count string")
        if line is None:
            return None
        count = _integer(line[1:])
        if count is None or count > _COUNT_MAX:
            raise _WrongError("invalid multibulk length")
        if count <= 0:
            return []
        self._missing, self._words = count, []
        return self._arguments()

    def _arguments(self) -> Command | None:
        while self._missing:
            if self._size < 0 and not self._header():
                return None
            end = self._at + self._size
            if len(self._data) < end + 2:
                return None
            self._words.append(bytes(self._data[self._at : end]))
            self._at, self._size = end + 2, -1
            self._missing -= 1
        return self._words

    def _header(self) -> bool:
        line = self._line("too big bulk count string")
        if line is None:
            return False
        if line[:1] != b"$":
            raise _WrongError(f"expected '$', got '{chr(line[0]) if line else chr(13)}'")
        size = _integer(line[1:])
        if size is None or not 0 <= size <= BULK_MAX:
            raise _WrongError("invalid bulk length")
        self._size = size
        return True

    def _find(self, end: bytes) -> int:
        """Return where the line ends, -1 for nowhere; as in C, nothing is found behind a NUL."""
        place = self._data.find(end, self._at)
        return -1 if self._data.find(b"\0", self._at, max(place, 0)) >= 0 else place

    def _line(self, too_long: str) -> bytes | None:
        """Return the line up to its CR and step over CR and LF, or None until both have come."""
        end = self._find(b"\r")
        if end < 0 and len(self._data) - self._at > LINE_MAX:
            raise _WrongError(too_long)
        if end < 0 or end + 2 > len(self._data):
            return None
        line = bytes(self._data[self._at : end])
        self._at = end + 2
        return line


class _WrongError(ValueError):
    """What came is no RESP; the message is Redis' own."""


def _integer(text: bytes) -> int | None:
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None

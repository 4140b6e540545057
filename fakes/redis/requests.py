"""Commands out of bytes, fast: hiredis reads, and what it packs back must be what came.

Rule: no I/O. hiredis reads replies, and so takes more than Redis takes for a command; whatever is not word
for word the plain form of whole commands goes to the strict parser, which knows Redis' own errors. What was
found to be plain is known when it comes again, byte for byte: clients ask the same things again and again,
and to read and pack them is much of what a pipeline costs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import hiredis

from fakes.redis.strict import Refusal, StrictParser

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fakes.redis.strict import Command

_END = object()
_KNOWN = 512
_KNOWN_BYTES = 2048
_HUGE = re.compile(rb"\*[0-9]{5}")  # hiredis makes room for as many arguments as are announced
_pack: Callable[[tuple[bytes, ...]], bytes] = hiredis.pack_command  # type: ignore[assignment]  # its hints want every type


@dataclass(frozen=True, slots=True)
class Heard:
    """Commands in order, their names and plain form, and what came instead of the next one, if it was bad."""

    commands: list[Command]
    names: list[bytes]
    raw: bytes
    refusal: Refusal | None = None


class Known:
    """Bytes that came before, and the commands that they are: one for all connections, and bounded."""

    def __init__(self) -> None:
        self._heard: dict[bytes, Heard] = {}

    def get(self, data: bytes) -> Heard | None:
        """Return what these very bytes were."""
        return self._heard.get(data)

    def keep(self, data: bytes, heard: Heard) -> None:
        """Know them from now on."""
        if len(data) > _KNOWN_BYTES:
            return
        if len(self._heard) >= _KNOWN:
            self._heard.clear()
        self._heard[data] = heard


class Requests:
    """One per connection; `feed` may be given any slicing of the bytes, with the same result."""

    def __init__(self, known: Known | None = None) -> None:
        self._known = Known() if known is None else known
        self._strict = StrictParser()
        self._reader = _reader()

    def feed(self, data: bytes) -> Heard:
        """Return what became whole with `data`."""
        if self._strict.idle:
            heard = self._known.get(data) or self._whole(data)
            if heard is not None:
                return heard
        said = self._strict.feed(data)
        commands = [one for one in said if not isinstance(one, Refusal)]
        refusal = next((one for one in said if isinstance(one, Refusal)), None)
        return Heard(commands, _names(commands), pack(commands), refusal)

    def _whole(self, data: bytes) -> Heard | None:
        """Return the commands, if they are all that `data` is, in their plain form."""
        if data[:1] != b"*" or _HUGE.search(data):
            return None
        try:
            self._reader.feed(data)
            commands: list[Command] = list(iter(self._reader.gets, _END))
            if pack(commands) == data and all(commands):
                heard = Heard(commands, _names(commands), data)
                self._known.keep(data, heard)
                return heard
        except (hiredis.ProtocolError, TypeError, ValueError):
            pass  # no plain command: the strict parser says what it is
        self._reader = _reader()
        return None


def pack(commands: Sequence[Command]) -> bytes:
    """Return commands in their plain form."""
    return b"".join([_pack(tuple(command)) for command in commands])


def _names(commands: Sequence[Command]) -> list[bytes]:
    return [command[0].upper() for command in commands]


def _reader() -> hiredis.Reader:
    return hiredis.Reader(notEnoughData=_END)

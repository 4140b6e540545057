"""Lines of a journal on their way to its shelf: written one by one as they are over, put there many at once.

Rules: a line is written while it is still warm: kept as objects, some hundred of them would drive each other
and all else out of the processor's caches. What they are known by is noted on the way, each value once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fakes.shape.identity import trace_in
from fakes.shape.line import Line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fakes.http.answer import Answer
    from fakes.shape.call import Call
    from fakes.shape.identity import Identity, Key

OPERATION = "operation"
OUTSIDE = ("outside", "the contract")
_HASH = 0xFFFF_FFFF
_ARRAY = b"\xdd"  # in MessagePack: four bytes of length follow, and then so many lines
_HEAD = slice(0, 5)
_write_into = msgspec.msgpack.Encoder().encode_into
_decode = msgspec.msgpack.Decoder(list[Line]).decode


class Sheet:
    """`count` lines as `size` bytes; `first` and `last` are the lowest and the highest of their numbers."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self.count = self.size = self.first = self.last = 0
        self._written = bytearray(5)
        self._operations: set[str | None] = set()
        self._identities: set[Identity] = set()
        self._outside = False
        for line in lines:
            self.add(line)

    def add(self, line: Line) -> None:
        """Write a line behind the others."""
        _write_into(line, self._written, -1)
        seq = line.seq
        self.last = max(self.last, seq)
        if not self.count or seq < self.first:
            self.first = seq
        self.count += 1
        self.size = len(self._written)
        self._operations.add(line.operation)
        self._identities.add(line.identity)
        if line.violations:
            self._outside = True

    def add_newest(
        self, seq: int, call: Call, identity: Identity, answer: Answer, script_id: str | None
    ) -> None:
        """Write the line of a request inside the contract whose answer is known, without making a Line.

        Its number is the highest so far.
        """
        line = (seq, call.at, call.operation, identity, call.request, answer, None, script_id)
        _write_into(line, self._written, -1)
        self.last = seq
        self.first = self.first or seq
        self.count += 1
        self.size = len(self._written)
        self._operations.add(call.operation)
        self._identities.add(identity)

    def whole(self) -> bytearray:
        """Return the bytes of all, as `lines_in` takes them."""
        self._written[_HEAD] = _ARRAY + self.count.to_bytes(4)
        return self._written

    def marks(self) -> set[int]:
        """Return the mark of all that the lines are known by: operation, keys, being outside the contract."""
        known = self._identities
        traces = {trace_in(one.traceparent) for one in known if one.traceparent}
        by_kind = (
            (OPERATION, self._operations),
            ("tenant", {one.tenant for one in known}),
            ("token", {one.token for one in known}),
            ("sub", {one.sub for one in known}),
            ("traceparent", traces),
            (OUTSIDE[0], {OUTSIDE[1]} if self._outside else set()),
        )
        return {hash((kind, value)) & _HASH for kind, values in by_kind for value in values if value}


def mark_of(key: Key) -> int:
    """Return the mark of a key that is looked for."""
    kind, value = key
    return hash((kind, trace_in(value) if kind == "traceparent" else value)) & _HASH


def lines_in(written: bytes | bytearray) -> list[Line]:
    """Return the lines of a sheet."""
    return _decode(written)

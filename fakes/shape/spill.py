"""Bytes put aside in a file without a name.

Rule: it knows nothing of what the bytes mean. Room that was given back is waste until `tidy` moves what is
left, once there is more waste than anything else; so each byte is moved about once.
"""

from __future__ import annotations

import tempfile
import weakref
from typing import IO, TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

_WASTE_ALLOWED = 16_777_216


class Extent(msgspec.Struct, gc=False):
    """Where some bytes are; `tidy` may move them."""

    offset: int
    size: int


class Spill:
    """The file is made when it is first needed, and has lost its name by then."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0
        self._waste = 0

    @property
    def size(self) -> int:
        """Return how long the file is."""
        return self._end

    def put(self, data: bytes | bytearray) -> Extent:
        """Put bytes aside."""
        file = self._file or self._make()
        file.seek(self._end)
        file.write(data)
        place = Extent(self._end, len(data))
        self._end += len(data)
        return place

    def read(self, place: Extent) -> bytes:
        """Return what was put there."""
        return _read(self._file or self._make(), place)

    def free(self, place: Extent) -> None:
        """Give room back."""
        self._waste += place.size

    def clear(self) -> None:
        """Give all room back, to the system too."""
        self._end = self._waste = 0
        if self._file is not None:
            self._file.truncate(0)

    def tidy(self, used: Iterable[Extent]) -> None:
        """Give waste back to the system, if it is worth while; `used` are all places still in use."""
        if self._file is None or self._waste <= max(_WASTE_ALLOWED, self._end // 2):
            return
        old, self._file = self._file, None
        self._end = self._waste = 0
        for place in used:
            place.offset = self.put(_read(old, place)).offset
        old.close()

    def _make(self) -> IO[bytes]:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- it is closed when nobody has the Spill any more
        weakref.finalize(self, self._file.close)
        return self._file


def _read(file: IO[bytes], place: Extent) -> bytes:
    file.seek(place.offset)
    return file.read(place.size)

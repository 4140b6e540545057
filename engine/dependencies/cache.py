"""A bounded memory of answers with their age. Keys are tuples, so that no separator can make two collide."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Key = tuple[str | None, ...]


@dataclass(slots=True)
class Cache(Generic[T]):
    """Forgets the entries that were written longest ago when it is full."""

    capacity: int = 10_000
    clock: Callable[[], float] = time.monotonic
    _entries: OrderedDict[Key, tuple[float, T]] = field(default_factory=OrderedDict)

    def get(self, key: Key, seconds: float) -> T | None:
        """Return what was put under the key less than `seconds` ago."""
        entry = self._entries.get(key)
        if entry is None or self.clock() - entry[0] >= seconds:
            return None
        return entry[1]

    def put(self, key: Key, value: T) -> T:
        """Remember a value as of now."""
        self._entries[key] = (self.clock(), value)
        self._entries.move_to_end(key)
        if len(self._entries) > self.capacity:
            self._entries.popitem(last=False)
        return value

"""Sorted sets: what fakeredis answers otherwise than Valkey does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakeredis._commands import Key, Signature
from fakeredis.commands_mixins.sortedset_mixin import SortedSetCommandsMixin
from fakeredis.model import ZSet

from fakes.redis.replies import NullArray

if TYPE_CHECKING:
    from fakeredis._core import CommandItem

    from fakes.redis.memory.commands import Table

SORTED_SETS: Table = {
    "zrangestore": Signature("zrangestore", "store_range", (Key(), Key(ZSet), bytes, bytes), (bytes,))  # type: ignore[arg-type]  # its hints are wrong
}


class SortedSetCommands(SortedSetCommandsMixin):
    """Corrections of fakeredis' sorted sets."""

    def zrank(self, key: CommandItem, member: bytes, *options: bytes) -> Any:  # noqa: ANN401 -- any reply
        """Return a member's place; a null array where its score was asked for, too, and it is not there."""
        return _nothing(super().zrank(key, member, *options), options)

    def zrevrank(self, key: CommandItem, member: bytes, *options: bytes) -> Any:  # noqa: ANN401 -- any reply
        """Return a member's place from behind, as `zrank`."""
        return _nothing(super().zrevrank(key, member, *options), options)

    def store_range(
        self, target: CommandItem, source: CommandItem, start: bytes, stop: bytes, *options: bytes
    ) -> int:
        """Store a range, whatever was at its target before."""
        stored = ZSet()
        for member in self._zrange_args(source, start, stop, *options):
            stored.add(member, source.value.get(member))
        target.value = stored
        return len(stored)


def _nothing(reply: Any, options: tuple[bytes, ...]) -> Any:  # noqa: ANN401 -- any reply
    return NullArray() if reply is None and options else reply

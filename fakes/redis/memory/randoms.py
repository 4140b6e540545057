"""HRANDFIELD, ZRANDMEMBER: what fakeredis answers otherwise than Valkey does."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from fakeredis._command_args_parsing import Int
from fakeredis._commands import Key, Signature
from fakeredis._helpers import SimpleError
from fakeredis.model import Hash, ZSet

if TYPE_CHECKING:
    from fakeredis._core import CommandItem

    from fakes.redis.memory.commands import Table

RANDOMS: Table = {
    name: Signature(name, name, (Key(),), (bytes,))  # type: ignore[arg-type]  # its hints are wrong
    for name in ("hrandfield", "zrandmember")
}
_WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value"
_BOTH = 2


class RandomCommands:
    """Corrections of fakeredis' random picks: what is wrong is said whether the key is there or not."""

    _client_info: Any

    def hrandfield(self, key: CommandItem, *options: bytes) -> Any:  # noqa: ANN401 -- any reply
        """Return one field, or some with their values."""
        return self._picked(key, Hash, options, b"WITHVALUES")

    def zrandmember(self, key: CommandItem, *options: bytes) -> Any:  # noqa: ANN401 -- any reply
        """Return one member, or some with their scores."""
        return self._picked(key, ZSet, options, b"WITHSCORES")

    def _picked(
        self, key: CommandItem, kind: type[Hash | ZSet], options: tuple[bytes, ...], flag: bytes
    ) -> Any:  # noqa: ANN401 -- any reply
        count = Int.decode(options[0]) if options else None
        if len(options) > _BOTH or (len(options) == _BOTH and options[1].upper() != flag):
            raise SimpleError("ERR syntax error")
        if key.value is not None and not isinstance(key.value, kind):
            raise SimpleError(_WRONG_TYPE)
        pairs: list[Any] = sorted(key.value.items()) if key.value else []
        if count is None:
            return random.choice(pairs)[0] if pairs else None  # noqa: S311 -- no secret
        some = _some(pairs, count)
        if len(options) < _BOTH:
            return [name for name, _ in some]
        paired = self._client_info["resp"] != 2  # noqa: PLR2004 -- RESP2
        return [list(pair) for pair in some] if paired else [item for pair in some for item in pair]


def _some(pairs: list[Any], count: int) -> list[Any]:
    """Return so many different ones; below zero, so many at all."""
    if count >= 0 or not pairs:
        return random.sample(pairs, min(count, len(pairs))) if pairs else []
    return random.choices(pairs, k=-count)  # noqa: S311 -- no secret

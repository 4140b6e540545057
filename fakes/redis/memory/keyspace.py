"""COPY, DUMP and RESTORE: fakeredis pickles; only what this store has dumped itself may be restored."""

from __future__ import annotations

import hashlib
import hmac
from copy import deepcopy
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from fakeredis._helpers import SimpleError, SimpleString

if TYPE_CHECKING:
    from fakeredis._core import CommandItem

_SEAL = token_bytes(32)
_SIZE = hashlib.sha256().digest_size


class KeyspaceCommands:
    """Corrections of fakeredis' commands on keys."""

    def copy(self, key: CommandItem, newkey: CommandItem, *arguments: bytes) -> int:
        """Copy a value: from then on there are two, not one that has two names."""
        copied: int = super().copy(key, newkey, *arguments)  # type: ignore[misc]  # fakeredis' own, next in line
        if copied:
            newkey.value = deepcopy(key.value)
            newkey.expireat = key.expireat  # a new value has none
        return copied

    def dump(self, key: CommandItem) -> bytes | None:
        """Return the value, sealed: what was not dumped here is never unpickled."""
        if not key:
            return None
        data: bytes = super().dump(key)  # type: ignore[misc]  # fakeredis' own, next in line
        return _sealed(data) + data

    def restore(self, key: CommandItem, ttl: int, value: bytes, *arguments: bytes) -> SimpleString:
        """Set a key to a value that was dumped here."""
        if not hmac.compare_digest(value[:_SIZE], _sealed(value[_SIZE:])):
            raise SimpleError("ERR DUMP payload version or checksum are wrong")
        restored: Any = super().restore(key, ttl, value[_SIZE:], *arguments)  # type: ignore[misc]  # as above
        return SimpleString(restored.value)


def _sealed(data: bytes) -> bytes:
    return hmac.digest(_SEAL, data, "sha256")

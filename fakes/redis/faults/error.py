"""An error reply, in Redis' own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fakes.redis.faults.scene import Scene

WORDS = {
    "OOM": "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY": "READONLY You can't write against a read only replica.",
    "LOADING": "LOADING Valkey is loading the dataset in memory",
    "BUSY": "BUSY Valkey is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
    "NOSCRIPT": "NOSCRIPT No matching script.",
    "WRONGTYPE": "WRONGTYPE Operation against a key holding the wrong kind of value",
    "MOVED": "MOVED {slot} {address}",
}
_SLOTS = 16_384
_POLYNOMIAL = 0x1021
_SIXTEEN_BITS = 0xFFFF


@dataclass(frozen=True, slots=True)
class Error:
    """Answer with this error; the command is not run. In a transaction EXEC is then EXECABORT, as in Redis.

    `address` is where MOVED points; its slot is the true one of the first key.
    """

    error: Literal["OOM", "READONLY", "LOADING", "BUSY", "NOSCRIPT", "WRONGTYPE", "MOVED"]
    address: str = "127.0.0.1:7001"

    async def strike(self, scene: Scene) -> None:
        """Refuse."""
        scene.fire()
        key = next(iter(scene.keys()), b"")
        await scene.refuse(WORDS[self.error].format(slot=slot_of(key), address=self.address))


def slot_of(key: bytes) -> int:
    """Return a key's slot in a cluster: CRC-16/XMODEM of the key, or of its {tag}."""
    begun, _, rest = key.partition(b"{")
    tag, closed, _ = rest.partition(b"}")
    hashed = tag if begun != key and closed and tag else key
    register = 0
    for byte in hashed:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ _POLYNOMIAL if register & 0x8000 else register << 1
            register &= _SIXTEEN_BITS
    return register % _SLOTS

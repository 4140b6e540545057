"""An expiry that is promised and forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from fakes.redis.faults.scene import Scene
    from fakes.redis.strict import Command

_ON_A_KEY = frozenset({b"EXPIRE", b"PEXPIRE", b"EXPIREAT", b"PEXPIREAT"})
_WITH_A_VALUE = frozenset({b"SETEX", b"PSETEX"})
_WITH_AN_OPTION = {b"SET": 3, b"GETEX": 2}  # where its options begin
_TIMES = frozenset({b"EX", b"PX", b"EXAT", b"PXAT"})
_EXPIRING = 3
_VALUED = 4


@dataclass(frozen=True, slots=True)
class LostExpiry:
    """Answer as if the key would expire, and drop the expiry: it lives until it is deleted.

    EXPIRE and its kin, SETEX, PSETEX, SET and GETEX with a time; what a script does inside is not touched.
    """

    names: ClassVar[frozenset[bytes]] = _ON_A_KEY | _WITH_A_VALUE | _WITH_AN_OPTION.keys()

    def means(self, command: Command) -> bool:
        """Say whether the command sets an expiry."""
        return without_expiry(command) is not None

    async def strike(self, scene: Scene) -> None:
        """Run the command without its expiry."""
        scene.fire()
        await scene.run(without_expiry(scene.command))


def without_expiry(command: Command) -> Command | None:
    """Return what answers alike and sets no expiry; None for a command that sets none."""
    name = command[0].upper()
    if name in _ON_A_KEY and len(command) >= _EXPIRING:
        return [b"EXISTS", command[1]]
    if name in _WITH_A_VALUE and len(command) == _VALUED:
        return [b"SET", command[1], command[3]]
    first = _WITH_AN_OPTION.get(name, len(command))
    at = next((index for index in range(first, len(command) - 1) if command[index].upper() in _TIMES), None)
    return None if at is None else [*command[:at], *command[at + 2 :]]

"""What a command does to which keys, by Redis' own command table (fakeredis ships it).

Rule: pure. A command that is not in the table has no keys; what the table leaves out is beside it here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from fakeredis.model import get_all_commands_info

if TYPE_CHECKING:
    from fakes.redis.strict import Command

_COUNTED = {  # the argument that says how many keys follow it
    **dict.fromkeys((b"EVAL", b"EVALSHA", b"EVAL_RO", b"EVALSHA_RO", b"FCALL", b"FCALL_RO"), 2),
    **dict.fromkeys((b"ZUNION", b"ZINTER", b"ZDIFF", b"ZINTERCARD", b"SINTERCARD", b"ZMPOP", b"LMPOP"), 1),
}
_COUNTED_INTO = frozenset({b"ZUNIONSTORE", b"ZINTERSTORE", b"ZDIFFSTORE"})
_TO_THE_END = (
    b"DEL UNLINK EXISTS TOUCH MGET MSET MSETNX WATCH SINTER SUNION SDIFF SINTERSTORE SUNIONSTORE SDIFFSTORE "
    b"PFCOUNT PFMERGE BITOP"
).split()
_BEFORE_A_TIMEOUT = b"BLPOP BRPOP BZPOPMIN BZPOPMAX".split()
_LAST = {**dict.fromkeys(_TO_THE_END, -1), **dict.fromkeys(_BEFORE_A_TIMEOUT, -2), b"LCS": 2}
_SCRIPTS = frozenset({b"EVAL", b"EVALSHA", b"FCALL"})


def keys_of(name: bytes, command: Command) -> list[bytes]:
    """Return the keys of a command; of a script those that it declares."""
    if name in _COUNTED:
        return _counted(command, _COUNTED[name])
    if name in _COUNTED_INTO:
        return [*command[1:2], *_counted(command, 2)]
    first, last, step = _places(name)
    if not first:
        return []
    return command[first : len(command) + last + 1 if last < 0 else last + 1 : step]


def writes(name: bytes) -> bool:
    """Say whether a command may change what it names; a script may."""
    return name in _SCRIPTS or _flagged(name)


def _counted(command: Command, at: int) -> list[bytes]:
    count = command[at] if at < len(command) else b""
    end = at + 1 + int(count) if count.isdigit() else 0
    return command[at + 1 : end] if end <= len(command) else []  # too few: a server finds none


@lru_cache(maxsize=1024)
def _places(name: bytes) -> tuple[int, int, int]:
    info = get_all_commands_info().get(name.lower())
    if info is None:
        return (1, _LAST[name], 1) if name in _LAST else (0, 0, 1)
    return int(info[3]), _LAST.get(name, int(info[4]) or int(info[3])), max(1, int(info[5]))


@lru_cache(maxsize=1024)
def _flagged(name: bytes) -> bool:
    info = get_all_commands_info().get(name.lower())
    return info is not None and b"write" in info[2]

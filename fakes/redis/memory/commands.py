"""Which command is meant, whether it has its arguments, and how Valkey says that it has not.

Rule: pure. Arity and flags are those of Redis' own command table, which fakeredis ships.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from fakeredis._commands import COMMANDS_WITH_SUB, SUPPORTED_COMMANDS, Signature
from fakeredis._helpers import SimpleError
from fakeredis.model import get_command_info

if TYPE_CHECKING:
    from fakes.redis.strict import Command

TRANSACTION = "t"  # runs at once, also between MULTI and EXEC
NO_SCRIPT = "s"
RAW = "2"  # its reply is made of replies that are shaped already
_SHOWN = 128
_SCRIPT_ARITY = "ERR Wrong number of args calling Redis command from script"
_ARITIES = {"eval_ro": -3, "evalsha_ro": -3, "script show": 3}  # which that table has not
_CONTAINERS = frozenset({*COMMANDS_WITH_SUB, "object"})

Table = Mapping[str, Signature]


def own(name: str, function: str, *, flags: str = "") -> tuple[str, Signature]:
    """Return an entry of a table of corrected commands: it is given its arguments as they came."""
    return name, Signature(name, function, (), (bytes,), (), flags)  # type: ignore[arg-type]  # its hints are wrong


def known(name: str) -> Signature | None:
    """Return how fakeredis takes a command; None for one that it does not know, or Valkey does not."""
    signature = SUPPORTED_COMMANDS.get(name)
    if signature is None or "valkey" not in signature.server_types or _elsewhere(name):
        return None
    return signature


def _elsewhere(name: str) -> bool:
    """Say whether a command is Redis' alone, or a module's."""
    return name in _REDIS_ALONE or "." in name


def name_of(fields: Command) -> tuple[str, list[bytes]]:
    """Return the command's name in lower case (with its subcommand's) and its arguments."""
    name = fields[0].decode("latin-1").lower()
    if name in _CONTAINERS and len(fields) > 1:
        return f"{name} {fields[1].decode('latin-1').lower()}", fields[2:]
    return name, fields[1:]


def too_few(name: str, fields: Command) -> bool:
    """Say whether the command has too few or too many arguments."""
    return _wrong_arity(name, len(fields))


def wrong_arity(name: str) -> str:
    """Return Redis' words for a wrong number of arguments."""
    return f"ERR wrong number of arguments for '{name.replace(' ', '|')}' command"


@lru_cache(maxsize=4096)
def _wrong_arity(name: str, given: int) -> bool:
    info = get_command_info(name.encode("latin-1"))
    if info is None and name not in _ARITIES:
        return False
    arity = int(info[1]) if info else _ARITIES[name]
    return given != arity if arity > 0 else given < -arity


@lru_cache(maxsize=1024)
def flags_of(name: str) -> frozenset[str]:
    """Return the flags of a command: write, noscript, …."""
    info = get_command_info(name.encode("latin-1"))
    return frozenset(flag.decode() for flag in info[2]) if info else frozenset()


def translate(refused: SimpleError, name: str, arguments: list[bytes]) -> SimpleError:
    """Return an error in Valkey's words, where fakeredis has others."""
    text = refused.value
    if text == _SCRIPT_ARITY or text.startswith("ERR wrong number of arguments for"):
        return SimpleError(wrong_arity(name))
    if text.startswith("ERR invalid expire time"):
        return SimpleError(f"ERR invalid expire time in '{name}' command")
    if name in _BY_INDEX and text == _NO_SCORE and b"BYSCORE" not in (word.upper() for word in arguments):
        return SimpleError("ERR value is not an integer or out of range")
    if name == "hincrbyfloat" and text == _NO_FLOAT and _is_float(arguments[-1]):
        return SimpleError("ERR hash value is not a float")
    return SimpleError(_WORDS.get(text, text))


def _is_float(text: bytes) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_ARRAYS = (
    "count del delrange get getrange grep info insert lastitems len mget mset next op ring scan seek set"
)
_REDIS_ALONE = {"client maint_notifications", "xcfgset", *(f"ar{name}" for name in _ARRAYS.split())}
_BY_INDEX = frozenset({"zrange", "zrevrange", "zrangestore"})
_NO_FLOAT = "ERR value is not a valid float"
_NO_SCORE = "ERR min or max is not a float"
_WORDS = {
    "ERR min or max not a valid string range item": "ERR min or max not valid string range item",
}


def unknown(fields: Command) -> str:
    """Return Valkey's words for a command that there is not."""
    shown = fields[0][:_SHOWN].decode("latin-1")
    if fields[0].decode("latin-1").lower() in _CONTAINERS:
        if len(fields) == 1:
            return wrong_arity(shown.lower())
        return f"ERR unknown subcommand '{_text(fields[1][:_SHOWN])}'. Try {shown.upper()} HELP."
    arguments = ""
    for argument in fields[1:]:
        if len(arguments) >= _SHOWN:
            break
        arguments += f"'{_text(argument[: _SHOWN - len(arguments)])}' "
    return f"ERR unknown command '{shown}', with args beginning with: {arguments}"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")

"""A Lua 5.1 for scripts: one runtime for a store, with what the sandbox needs of its host.

Rule: nothing is raised through Lua; what a callback refuses goes back as a table with `err`.
"""

from __future__ import annotations

import json
import re
from hashlib import sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fakeredis._helpers import SimpleError, SimpleString
from lupa import lua51  # type: ignore[import-untyped]  # it has no types

from fakes.redis.memory.bits import BITS
from fakes.redis.memory.store import REDIS_VERSION, VERSION
from fakes.redis.replies import double

if TYPE_CHECKING:
    from collections.abc import Callable

_PROTOCOLS = (2, 3)
_TAIL_CALL = re.compile(rb"return\s+(?:redis|server)\b")
_LONGEST_INTEGER = 2**63


Script = tuple[Any, bool]


class Refused(Exception):  # noqa: N818 -- a script's end, not a bug
    """A script ended with an error; the message is the whole reply."""


class _Null:
    """cjson.null: a value that is there and is nothing."""


class Lua:
    """Compiles and runs scripts, one at a time."""

    def __init__(self) -> None:
        self._runtime = lua51.LuaRuntime(
            encoding=None, unpack_returned_tuples=True, register_eval=False, register_builtins=False
        )
        self._null = _Null()
        self._call: Callable[[list[bytes]], Any] = _nothing
        self._respond: Callable[[int], None] = _nothing
        self._resp3 = False
        source = files(__package__).joinpath("sandbox.lua").read_bytes()
        self._compile, self._run = self._runtime.execute(source, self._runtime.table_from(self._host()))

    def _host(self) -> dict[bytes, Any]:
        return {
            b"call": self._answer,
            b"setresp": self._setresp,
            b"sha1hex": lambda text: sha1(text, usedforsecurity=False).hexdigest().encode(),
            b"encode": self._encode,
            b"decode": self._decode,
            b"null": self._null,
            **BITS,
            b"redis_version": REDIS_VERSION.encode(),
            b"redis_version_num": _number(REDIS_VERSION),
            b"valkey_version": VERSION.encode(),
            b"valkey_version_num": _number(VERSION),
        }

    def compile(self, script: bytes) -> Script:
        """Return a script's function and whether to follow its lines; SimpleError where it is no Lua."""
        function, reason = self._compile(script)
        if function is None:
            text = reason.decode("utf-8", "surrogateescape")
            raise SimpleError(f"ERR Error compiling script (new function): {text}")
        return function, _TAIL_CALL.search(script) is not None

    def run(
        self,
        script: Script,
        keys: list[bytes],
        arguments: list[bytes],
        call: Callable[[list[bytes]], Any],
        respond: Callable[[int], None],
    ) -> Any:  # noqa: ANN401 -- any value of Lua
        """Run a script and return its value; Refused where it ends with an error."""
        self._call, self._respond, self._resp3 = call, respond, False
        table = self._runtime.table_from
        function, followed = script
        result = self._run(function, table(keys), table(arguments), followed)
        if not isinstance(result, tuple):
            return None
        fine, value = result[:2]
        if fine:
            return value
        text = value[b"err"].decode("utf-8", "surrogateescape")
        if value[b"source"] is not None:
            text += f" script: on {value[b'source'].decode()}:{value[b'line']}."
        raise Refused(text)

    # What the sandbox calls.

    def _answer(self, count: int, *values: Any) -> Any:  # noqa: ANN401 -- any values of Lua
        if not count:
            return self._refusal("ERR Please specify at least one argument for this call")
        fields = [_argument(value) for value in values[:count]]
        if None in fields or len(fields) < count:
            return self._refusal("ERR Command arguments must be strings or integers")
        return self._value(self._call([field for field in fields if field is not None]))

    def _setresp(self, count: int, *values: Any) -> bytes | None:  # noqa: ANN401 -- any values of Lua
        if count != 1:
            return b"ERR server.setresp() requires one argument."
        if values[0] not in _PROTOCOLS:
            return b"ERR RESP version must be 2 or 3."
        self._resp3 = values[0] == 3  # noqa: PLR2004 -- RESP3
        self._respond(int(values[0]))
        return None

    def _refusal(self, text: str) -> Any:  # noqa: ANN401 -- a table of Lua
        return self._runtime.table_from({b"err": text.encode("utf-8", "surrogateescape")})

    def _value(self, reply: Any) -> Any:  # noqa: ANN401, PLR0911 -- any reply, one line for each type
        """Return a reply as a value of Lua."""
        if isinstance(reply, SimpleError):
            return self._refusal(reply.value)
        if isinstance(reply, SimpleString):
            return self._runtime.table_from({b"ok": reply.value})
        if reply is None:
            return None if self._resp3 else False
        if isinstance(reply, str):
            return reply.encode()
        if isinstance(reply, float):
            return self._runtime.table_from({b"double": reply}) if self._resp3 else double(reply)
        if isinstance(reply, dict):
            return self._map(reply)
        if isinstance(reply, list | tuple):
            return self._runtime.table_from([self._value(item) for item in reply])
        return reply

    def _map(self, reply: dict[Any, Any]) -> Any:  # noqa: ANN401 -- a table of Lua
        if not self._resp3:
            return self._value([item for pair in reply.items() for item in pair])
        pairs = {self._value(key): self._value(item) for key, item in reply.items()}
        return self._runtime.table_from({b"map": self._runtime.table_from(pairs)})

    def _encode(self, value: Any) -> tuple[bytes | None, bytes | None]:  # noqa: ANN401 -- any value of Lua
        try:
            text = json.dumps(self._plain(value), separators=(",", ":"), ensure_ascii=False)
        except (TypeError, ValueError, RecursionError) as error:
            return None, f"Cannot serialise: {error}".encode()
        return text.replace("/", "\\/").encode("utf-8", "surrogateescape"), None

    def _decode(self, text: Any) -> tuple[Any, bytes | None]:  # noqa: ANN401 -- any value of Lua
        try:
            return self._lua_of(json.loads(text)), None
        except (TypeError, ValueError, RecursionError) as error:
            return None, f"Cannot decode: {error}".encode()

    def _plain(self, value: Any) -> Any:  # noqa: ANN401 -- any value of Lua
        if value is self._null:
            return None
        if isinstance(value, bytes):
            return value.decode("utf-8", "surrogateescape")
        if not is_table(value):
            return value
        pairs = dict(value.items())
        if pairs and all(isinstance(key, int) for key in pairs):
            return [self._plain(pairs.get(index)) for index in range(1, max(pairs) + 1)]
        return {_member(key): self._plain(item) for key, item in pairs.items()}

    def _lua_of(self, value: Any) -> Any:  # noqa: ANN401 -- any JSON value
        if value is None:
            return self._null
        if isinstance(value, str):
            return value.encode("utf-8", "surrogateescape")
        if isinstance(value, list):
            return self._runtime.table_from([self._lua_of(item) for item in value])
        if isinstance(value, dict):
            return self._runtime.table_from(
                {self._lua_of(key): self._lua_of(item) for key, item in value.items()}
            )
        return value


def is_table(value: Any) -> bool:  # noqa: ANN401 -- any value of Lua
    """Say whether a value is a table of Lua."""
    return bool(lua51.lua_type(value) == "table")


def _nothing(*_: Any) -> None:  # noqa: ANN401 -- stands for a callback between scripts
    """Do nothing."""


def _argument(value: Any) -> bytes | None:  # noqa: ANN401 -- any value of Lua
    """Return a command's argument; None for what is none."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if value == value and abs(value) < _LONGEST_INTEGER and value == int(value):  # noqa: PLR0124 -- not NaN
        return b"%d" % int(value)
    return b"%.17g" % value


def _member(key: Any) -> str:  # noqa: ANN401 -- a string or a number
    return key.decode("utf-8", "surrogateescape") if isinstance(key, bytes) else str(key)


def _number(version: str) -> int:
    major, minor, patch = (int(part) for part in version.split("."))
    return major << 16 | minor << 8 | patch

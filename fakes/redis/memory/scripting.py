"""EVAL, EVALSHA, SCRIPT: Lua 5.1 in a sandbox of our own, since fakeredis' shows scripts another world.

Rule: `sandbox.lua` is what a script sees; here its values become replies and replies its values.
"""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, Any

from fakeredis._command_args_parsing import Int
from fakeredis._helpers import OK, SimpleError, SimpleString

from fakes.redis.memory.commands import NO_SCRIPT, flags_of, name_of, own, too_few
from fakes.redis.memory.lua import Lua, Refused, is_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.redis.memory.commands import Table
    from fakes.redis.memory.store import Store

_READ_ONLY = "ERR Write commands are not allowed from read-only scripts."
_DIGEST = 40
_OVERFLOWN = -(2**63)  # what C makes of a number that is no 64-bit integer
_HELP = (
    "SCRIPT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "EXISTS <sha1> [<sha1> ...]",
    "FLUSH [ASYNC|SYNC]",
    "KILL",
    "LOAD <script>",
    "SHOW <sha1>",
)

SCRIPTING: Table = dict(
    (
        own("eval", "run_script", flags=NO_SCRIPT),
        own("eval_ro", "run_script_ro", flags=NO_SCRIPT),
        own("evalsha", "run_sha", flags=NO_SCRIPT),
        own("evalsha_ro", "run_sha_ro", flags=NO_SCRIPT),
        own("script load", "script_load", flags=NO_SCRIPT),
        own("script exists", "script_exists", flags=NO_SCRIPT),
        own("script flush", "script_flush", flags=NO_SCRIPT),
        own("script kill", "script_kill", flags=NO_SCRIPT),
        own("script show", "script_show", flags=NO_SCRIPT),
        own("script help", "script_help", flags=NO_SCRIPT),
    )
)


class ScriptingCommands:
    """Scripts, in place of fakeredis'."""

    _store: Store
    _script_resp: int | None
    _run_command: Callable[..., Any]

    def run_script(self, script: bytes, numkeys: bytes, *arguments: bytes, read_only: bool = False) -> Any:  # noqa: ANN401 -- any reply
        """Run a script, and keep it for EVALSHA."""
        keys = _count(numkeys, len(arguments))
        digest = self._loaded(script)
        return self._execute(digest, list(arguments[:keys]), list(arguments[keys:]), read_only=read_only)

    def run_script_ro(self, script: bytes, numkeys: bytes, *arguments: bytes) -> Any:  # noqa: ANN401 -- any reply
        """Run a script that may not write."""
        return self.run_script(script, numkeys, *arguments, read_only=True)

    def run_sha(self, digest: bytes, numkeys: bytes, *arguments: bytes, read_only: bool = False) -> Any:  # noqa: ANN401 -- any reply
        """Run a script that was loaded."""
        if len(digest) != _DIGEST:
            raise SimpleError("NOSCRIPT No matching script.")
        keys = _count(numkeys, len(arguments))
        known = digest.lower()
        if known not in self._store.script_cache:
            raise SimpleError("NOSCRIPT No matching script.")
        return self._execute(known, list(arguments[:keys]), list(arguments[keys:]), read_only=read_only)

    def run_sha_ro(self, digest: bytes, numkeys: bytes, *arguments: bytes) -> Any:  # noqa: ANN401 -- any reply
        """Run a script that was loaded and may not write."""
        return self.run_sha(digest, numkeys, *arguments, read_only=True)

    def script_load(self, script: bytes) -> bytes:
        """Keep a script."""
        return self._loaded(script)

    def script_exists(self, *digests: bytes) -> list[int]:
        """Say which scripts are kept."""
        return [int(digest.lower() in self._store.script_cache) for digest in digests]

    def script_flush(self, *mode: bytes) -> SimpleString:
        """Forget every script."""
        if len(mode) > 1 or (mode and mode[0].upper() not in (b"SYNC", b"ASYNC")):
            raise SimpleError("ERR SCRIPT FLUSH only support SYNC|ASYNC option")
        self._store.script_cache.clear()
        self._store.compiled.clear()
        return OK

    def script_show(self, digest: bytes) -> bytes:
        """Return a script's text."""
        found = self._store.script_cache.get(digest.lower())
        if found is None:
            raise SimpleError("NOSCRIPT No matching script.")
        return found

    def script_kill(self) -> None:
        """Kill nothing: a script here ends before anybody else is heard."""
        raise SimpleError("NOTBUSY No scripts in execution right now.")

    def script_help(self) -> list[bytes]:
        """Name the subcommands."""
        return [line.encode() for line in _HELP]

    def _loaded(self, script: bytes) -> bytes:
        digest = sha1(script, usedforsecurity=False).hexdigest().encode()
        if digest not in self._store.script_cache:
            self._compiled(digest, script)
            self._store.script_cache[digest] = script
        return digest

    def _compiled(self, digest: bytes, script: bytes) -> Any:  # noqa: ANN401 -- a function of Lua
        compiled = self._store.compiled.get(digest)
        if compiled is None:
            compiled = self._store.compiled[digest] = self._lua().compile(script)
        return compiled

    def _lua(self) -> Lua:
        if self._store.lua is None:
            self._store.lua = Lua()
        return self._store.lua

    def _execute(self, digest: bytes, keys: list[bytes], arguments: list[bytes], *, read_only: bool) -> Any:  # noqa: ANN401 -- any reply
        lua = self._lua()
        script = self._compiled(digest, self._store.script_cache[digest])
        self._script_resp = 2

        def call(fields: list[bytes]) -> Any:  # noqa: ANN401 -- any reply
            return self._called(fields, read_only=read_only)

        def respond(protocol: int) -> None:
            self._script_resp = protocol

        try:
            result = lua.run(script, keys, arguments, call, respond)
            return reply_of(result, resp3=self._script_resp == 3)  # noqa: PLR2004 -- RESP3
        except Refused as refused:
            raise SimpleError(str(refused)) from None
        finally:
            self._script_resp = None

    def _called(self, fields: list[bytes], *, read_only: bool) -> Any:  # noqa: ANN401 -- any reply
        name, arguments = name_of(fields)
        try:
            signature, func = self.command_of(name)
        except SimpleError:
            return SimpleError("ERR Unknown command called from script")
        if too_few(name, fields):
            return SimpleError("ERR Wrong number of args calling command from script")
        flags = flags_of(name)
        if "noscript" in flags or NO_SCRIPT in signature.flags:
            return SimpleError("ERR This Valkey command is not allowed from script")
        if read_only and "write" in flags:
            return SimpleError(_READ_ONLY)
        return self._run_command(func, signature, arguments, from_script=True)

    def command_of(self, name: str) -> tuple[Any, Any]:
        """Return signature and function of a command; SimpleError where there is none."""
        raise NotImplementedError


def _count(numkeys: bytes, given: int) -> int:
    count = Int.decode(numkeys)
    if count > given:
        raise SimpleError("ERR Number of keys can't be greater than number of args")
    if count < 0:
        raise SimpleError("ERR Number of keys can't be negative")
    return count


def reply_of(value: Any, *, resp3: bool) -> Any:  # noqa: ANN401 -- any Lua value
    """Return a value of Lua as a reply."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return value if resp3 else (1 if value else None)
    if isinstance(value, int | float):
        return int(value) if abs(value) < -_OVERFLOWN else _OVERFLOWN
    if not is_table(value):
        return None
    for field, make in _SHAPES.items():
        if (inner := value[field]) is not None:
            return make(inner, resp3)
    return _array(value, resp3=resp3)


def _array(table: Any, *, resp3: bool) -> list[Any]:  # noqa: ANN401 -- a table of Lua
    items: list[Any] = []
    while (item := table[len(items) + 1]) is not None:
        items.append(reply_of(item, resp3=resp3))
    return items


_SHAPES: dict[bytes, Callable[[Any, bool], Any]] = {
    b"err": lambda inner, _: SimpleError(inner.decode("utf-8", "surrogateescape")),
    b"ok": lambda inner, _: SimpleString(inner),
    b"double": lambda inner, _: float(inner),
    b"map": lambda inner, resp3: {
        reply_of(key, resp3=resp3): reply_of(item, resp3=resp3) for key, item in inner.items()
    },
    b"set": lambda inner, resp3: {reply_of(key, resp3=resp3) for key in inner},
}

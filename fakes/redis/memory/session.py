"""One client of the command set in this process: fakeredis' commands without its sockets, queues and parser.

Rule: what fakeredis answers wrongly is corrected in the modules beside this one, never by patching it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any

import redis
from fakeredis._helpers import QUEUED, NoResponse, SimpleError
from fakeredis._socket import AsyncFakeSocket

from fakes.redis.memory.commands import TRANSACTION, known, name_of, too_few, translate, unknown, wrong_arity
from fakes.redis.memory.connection import CONNECTION, ConnectionCommands
from fakes.redis.memory.keyspace import KeyspaceCommands
from fakes.redis.memory.pubsub import PUBSUB, PubSubCommands
from fakes.redis.memory.randoms import RANDOMS, RandomCommands
from fakes.redis.memory.scripting import SCRIPTING, ScriptingCommands
from fakes.redis.memory.server import SERVER, ServerCommands
from fakes.redis.memory.sortedsets import SORTED_SETS, SortedSetCommands
from fakes.redis.memory.transactions import NOT_QUEUED, TRANSACTIONS, TransactionCommands
from fakes.redis.replies import encode, push

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fakeredis._commands import Signature
    from fakeredis._core import CommandItem

    from fakes.redis.backend import Listener
    from fakes.redis.memory.store import Store
    from fakes.redis.strict import Command

_LEAVES_EMPTY = "v"
_NOTIFYING = b"notify-keyspace-events"
_log = logging.getLogger(__name__)
_SUBSCRIBED = (
    "ERR Can't execute '{}': only "
    "(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
)
_WHILE_SUBSCRIBED = AsyncFakeSocket.ACCEPTED_COMMANDS_WHILE_PUBSUB | {"quit"}
_OWN = {**CONNECTION, **PUBSUB, **RANDOMS, **SCRIPTING, **SERVER, **SORTED_SETS, **TRANSACTIONS}


class MemorySession(
    ConnectionCommands,
    KeyspaceCommands,
    PubSubCommands,
    RandomCommands,
    ScriptingCommands,
    ServerCommands,
    SortedSetCommands,
    TransactionCommands,
    AsyncFakeSocket,
):
    """Runs commands at once; what blocks answers later, and the commands behind it wait."""

    def __init__(self, store: Store, listener: Listener, info: dict[str, Any]) -> None:
        self._listener = listener
        self._waiting: deque[Command] = deque()
        self._out: list[bytes] = []
        self._kinds: list[object] = []
        self._running = False
        self._later: list[list[Any]] = []
        self._last = "NULL"
        super().__init__(store, 0, None, redis.Redis, client_info=info)
        self._store = store

    # What the front end calls.

    def send(self, commands: Sequence[Command], raw: bytes) -> None:  # noqa: ARG002 -- the protocol's signature
        """Run commands."""
        self._waiting.extend(commands)
        self._run()

    def listen(self) -> None:
        """Know already: what is a message and what is a reply is told apart where it is made."""

    def halt(self) -> None:
        """Need no halting: a client that does not read is not read from, so nothing is run for it."""

    def proceed(self) -> None:
        """Go on as ever."""

    def end(self) -> None:
        """Have answered already; what blocks is answered no more."""
        asyncio.get_running_loop().call_soon(self._listener.ended)

    def close(self) -> None:
        """Be forgotten by the store."""
        if self in self._store.sockets:
            self._store.sockets.remove(self)
        with self._store.lock:
            self._discard_subscriptions()
            self._cleanup(self._store)
        self._killed = True
        self._waiting.clear()

    # What fakeredis calls.

    def put_response(self, msg: Any) -> None:  # noqa: ANN401 -- any reply
        """Take the late answer of a command that blocked, or a message."""
        if self._paused:
            self._reply(msg)
        else:
            self.pushed(msg)
        self._flush()

    def pause(self) -> None:
        """Let the commands behind a blocked one wait."""
        self._paused = True

    def resume(self) -> None:
        """Go on with the commands that waited."""
        self._paused = False
        self._run()

    def kill(self) -> None:
        """End the connection, after its replies; whoever kills still has the store."""
        super().kill()
        asyncio.get_running_loop().call_soon(self._listener.ended)

    def _decode_result(self, result: Any) -> Any:  # noqa: ANN401 -- any reply
        return result  # the types that say what goes on the wire are kept

    # What comes out.

    def pushed(self, message: list[Any]) -> None:
        """Take a message that the client did not ask for."""
        self._out.append(push(message, self._client_info["resp"]))
        if not self._running:
            self._flush()

    def _reply(self, result: Any) -> None:  # noqa: ANN401 -- any reply
        data = encode(result, self._client_info["resp"])
        self._out.append(data)
        self._kinds.append(_kind_of(data))

    def _flush(self) -> None:
        if self._out and not self._running:
            data, kinds = b"".join(self._out), self._kinds
            self._out, self._kinds = [], []
            self._listener.replied(data, kinds)

    def _run(self) -> None:
        if self._running:
            return
        self._running = True
        try:
            while self._waiting and not self._paused and not self._killed:
                self._answer(self._waiting.popleft())
        finally:
            self._running = False
            self._flush()

    def _answer(self, fields: Command) -> None:
        with self._store.lock:
            result = self._result(fields)
        muted = self._reply_off or self._reply_skip
        self._reply_skip, self._reply_skip_next = self._reply_skip_next, False
        if not muted and not isinstance(result, NoResponse):
            self._reply(result)
        while self._later:
            self.pushed(self._later.pop(0))

    def _result(self, fields: Command) -> Any:  # noqa: ANN401 -- any reply
        self._store.set_time()
        name, arguments = name_of(fields)
        try:
            signature, func = self._permitted(name, fields)
        except SimpleError as refused:
            return self.rejected(name, refused)
        self._last = name.replace(" ", "|")
        if self._transaction is not None and TRANSACTION not in signature.flags:
            self._transaction.append((func, signature, arguments))
            return QUEUED
        return self._ran(func, signature, arguments)

    def _run_command(self, func: Any, sig: Signature, args: list[Any], from_script: bool) -> Any:  # noqa: ANN401, ARG002, FBT001 -- fakeredis' signature
        """Run one command, wherever it comes from; what its reply is on the wire is the encoder's to say."""
        items: list[CommandItem] = []
        self._subkey_events = []
        try:
            applied = sig.apply(args, self._db, self.version)
            if len(applied) == 1:
                return applied[0]
            arguments, items = applied
            result = func(*arguments)
        except SimpleError as refused:
            result = translate(refused, sig.name, args)
        for item in items:
            item.writeback(remove_empty_val=_LEAVES_EMPTY not in sig.flags)
        if _NOTIFYING in self._store.config:
            self._keyspace_notifications(items, sig.name.encode())
        return result

    def _ran(self, func: Any, signature: Signature, arguments: list[bytes]) -> Any:  # noqa: ANN401 -- any reply
        try:
            return self._run_command(func, signature, arguments, from_script=False)
        except Exception:  # noqa: BLE001 -- a bug in one command is logged and answered, as any server would
            _log.exception("the command %s broke", signature.name)
            return SimpleError("ERR this fake has a bug: see its log")

    def _permitted(self, name: str, fields: Command) -> tuple[Signature, Any]:
        try:
            signature, func = self.command_of(name)
        except SimpleError:
            raise SimpleError(unknown(fields)) from None
        if too_few(name, fields):
            raise SimpleError(wrong_arity(name))
        if self._queueing and name in NOT_QUEUED:
            raise SimpleError(f"ERR Command '{name.replace(' ', '|')}' not allowed inside a transaction")
        self._store.acl.validate_command(self._client_info.user, self._client_info, fields)
        if self._pubsub and self._client_info["resp"] == 2 and name not in _WHILE_SUBSCRIBED:  # noqa: PLR2004 -- RESP2
            raise SimpleError(_SUBSCRIBED.format(name.replace(" ", "|")))
        return signature, func

    def command_of(self, name: str) -> tuple[Signature, Any]:
        """Return signature and function of a command; SimpleError where there is none."""
        signature = _OWN.get(name) or known(name)
        if signature is None:
            raise SimpleError(name)
        return signature, getattr(self, signature.func_name)

    def pushed_after(self, message: list[Any]) -> None:
        """Take a message that comes behind the reply of the command that is running."""
        self._later.append(message)


def _kind_of(reply: bytes) -> bytes:
    """Return what a reply is: its first byte, of an error all of it, of a nil that of RESP3's."""
    kind = reply[:1]
    if kind == b"-":
        return reply
    return b"_" if reply[1:2] == b"-" and kind in (b"$", b"*") else kind

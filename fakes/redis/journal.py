"""What the Redis fake was asked, in order, and what kind of reply came.

Rules: commands are kept as they came, in batches as they were pipelined, and made readable when the journal
is read, so that it costs the commands next to nothing; the newest are kept, and it is said how many were not.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

import hiredis

from fakes.redis.records import RedisEntry, RedisPage
from fakes.shape.clock import rfc3339
from fakes.shape.journal import PAGE
from fakes.shape.redaction import fingerprint, redact_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.redis.client import Client
    from fakes.redis.selection import Selection
    from fakes.redis.strict import Command
    from fakes.shape.clock import Clock

KEPT_COMMANDS = 100_000
KEPT_BYTES = 32 * 1024 * 1024
_SHOWN_ARGUMENTS = 32
_SHOWN_TEXT = 256
_SECRET = frozenset({b"AUTH", b"MIGRATE"})
_SECRET_SETTINGS = frozenset(
    {b"REQUIREPASS", b"PRIMARYAUTH", b"MASTERAUTH", b"TLS-KEY-FILE-PASS", b"TLS-CLIENT-KEY-FILE-PASS"}
)
_KINDS: dict[object, str] = {
    b"+": "string",
    b"$": "string",
    b"=": "string",
    bytes: "string",
    str: "string",
    b":": "integer",
    int: "integer",
    b"*": "array",
    list: "array",
    b"%": "map",
    dict: "map",
    b"~": "set",
    b",": "double",
    float: "double",
    b"#": "boolean",
    bool: "boolean",
    b"_": "null",
    type(None): "null",
}


class Batch:
    """Commands that one client sent at once; what each reply is comes later."""

    __slots__ = ("at", "client", "commands", "fault", "kinds", "script_id", "seq", "size")

    def __init__(self, seq: int, at: float, client: Client, commands: list[Command], size: int) -> None:
        self.seq = seq
        self.at = at
        self.client = client
        self.commands = commands
        self.size = size
        self.kinds: list[object] = []
        self.fault: str | None = None
        self.script_id: str | None = None

    def entries(self) -> Iterator[RedisEntry]:
        """Return the commands for reading: decoded, redacted, bounded."""
        for index, command in enumerate(self.commands):
            kind = self.kinds[index] if index < len(self.kinds) else None
            reply, error = _described(kind, command)
            name, arguments = shown(command)
            yield RedisEntry(
                seq=self.seq + index,
                at=rfc3339(self.at),
                client_id=self.client.id,
                client=self.client.name or None,
                user=self.client.user,
                db=self.client.db,
                command=name,
                arguments=arguments,
                reply=reply,
                error=error,
                fault=self.fault,
                script_id=self.script_id,
            )


class RedisJournal:
    """The last commands of all clients."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next = 1
        self._batches: deque[Batch] = deque()
        self._commands = 0
        self._bytes = 0
        self.forgotten = 0

    def open(self, client: Client, commands: list[Command], size: int) -> Batch:
        """Note commands that have arrived; `size` is what they took on the wire."""
        batch = Batch(self._next, self._clock(), client, commands, size)
        count = len(commands)
        self._next += count
        self._commands += count
        self._bytes += size
        self._batches.append(batch)
        while (self._commands > KEPT_COMMANDS or self._bytes > KEPT_BYTES) and len(self._batches) > 1:
            self.forgotten += self._drop(self._batches.popleft())
        return batch

    def page(self, selection: Selection, after: int = 0, limit: int = PAGE) -> RedisPage:
        """Return the first commands that fit all that is given, and after which the next page begins."""
        found = tuple(islice(self._entries(selection, after), limit + 1))
        entries = found[:limit]
        return RedisPage(entries, entries[-1].seq if len(found) > limit else None, self.forgotten)

    def _entries(self, selection: Selection, after: int) -> Iterator[RedisEntry]:
        for batch in self._batches:
            if batch.seq + len(batch.commands) <= after + 1 or not selection.means_client(batch.client):
                continue
            for entry, command in zip(batch.entries(), batch.commands, strict=True):
                if entry.seq > after and selection.means_command(command):
                    yield entry

    def reset(self, selection: Selection) -> None:
        """Forget the commands that fit all that is given."""
        kept: deque[Batch] = deque()
        for batch in self._batches:
            meant = selection.means_client(batch.client)
            left = [not (meant and selection.means_command(command)) for command in batch.commands]
            if all(left):
                kept.append(batch)
                continue
            self._drop(batch)
            kept.extend(self._again(batch, left))
        self._batches = kept

    def _again(self, batch: Batch, left: list[bool]) -> Iterator[Batch]:
        """Return what is left of a batch, command by command."""
        for index, command in enumerate(batch.commands):
            if not left[index]:
                continue
            size = sum(map(len, command))
            alone = Batch(batch.seq + index, batch.at, batch.client, [command], size)
            alone.kinds = batch.kinds[index : index + 1]
            alone.fault, alone.script_id = batch.fault, batch.script_id
            self._commands += 1
            self._bytes += size
            yield alone

    def _drop(self, batch: Batch) -> int:
        self._commands -= len(batch.commands)
        self._bytes -= batch.size
        return len(batch.commands)


def _described(kind: object, command: Command) -> tuple[str | None, str | None]:
    """Return kind of reply and error of what a backend noted of one; it may repeat what was sent."""
    if isinstance(kind, hiredis.ReplyError):
        return "error", _without_secrets(str(kind), command)[:_SHOWN_TEXT]
    if isinstance(kind, bytes) and kind[:1] == b"-":
        return "error", _without_secrets(_text(kind[1:]).rstrip(), command)[:_SHOWN_TEXT]
    return (None, None) if kind is None else (_KINDS.get(kind, "string"), None)


def shown(command: Command) -> tuple[str, tuple[str, ...]]:
    """Return a command's name and its arguments for reading: bounded, and without passwords and tokens."""
    name = command[0].upper()
    texts = [_readable(argument) for argument in command[1 : _SHOWN_ARGUMENTS + 1]]
    for index in _secrets(name, command):
        if index < len(texts):
            texts[index] = fingerprint(_text(command[index + 1]))
    if len(command) - 1 > _SHOWN_ARGUMENTS:
        texts.append(f"… {len(command) - 1 - _SHOWN_ARGUMENTS} more")
    return _readable(name), tuple(texts)


def _readable(argument: bytes) -> str:
    suspect = b"eyJ" in argument  # a token is found before it is cut, and long values are seldom read whole
    text = redact_text(_text(argument), None) if suspect else _text(argument[:_SHOWN_TEXT])
    return f"{text[:_SHOWN_TEXT]}… {len(argument)} bytes" if len(argument) > _SHOWN_TEXT else text


def _text(argument: bytes) -> str:
    return argument.decode("utf-8", "backslashreplace")


def _without_secrets(error: str, command: Command) -> str:
    for index in _secrets(command[0].upper(), command):
        secret = command[index + 1] if index + 1 < len(command) else b""
        error = redact_text(error, _text(secret))
    return redact_text(error, None)


def _secrets(name: bytes, command: Command) -> Iterator[int]:
    """Yield which arguments are secrets."""
    words = [word.upper() for word in command[1 : _SHOWN_ARGUMENTS + 1]]
    if name == b"AUTH":
        yield from range(len(words) > 1, len(words))
    elif name in (b"HELLO", b"MIGRATE"):
        yield from (index + 2 for index, word in enumerate(words) if word in (b"AUTH", b"AUTH2"))
        yield from (index + 1 for index, word in enumerate(words) if name == b"MIGRATE" and word == b"AUTH")
    elif name == b"CONFIG":
        yield from (index + 1 for index, word in enumerate(words) if word in _SECRET_SETTINGS)
    elif name == b"ACL":
        yield from (index for index, word in enumerate(words) if word[:1] in (b">", b"<", b"#", b"!"))

"""What the Redis fake's control API speaks: the same frozen values on the server's and on the client's side.

Rule: no behaviour, no I/O.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec


class RedisMatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whose commands are meant, and on which keys: all that is given must fit.

    `key` is a glob as Redis has it; `client` the name that a connection gave itself, `user` who it is, `db`
    its database.
    """

    key: str | None = None
    client: str | None = None
    user: str | None = None
    db: Annotated[int, msgspec.Meta(ge=0, le=15)] | None = None


class RedisScriptOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which fault strikes which commands, `times` times (None: until healed)."""

    fault: dict[str, Any]
    operation: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    match: RedisMatch = RedisMatch()
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None


class RedisScriptState(msgspec.Struct, frozen=True):
    """What became of a script; times are RFC 3339. `exhausted`: it can have no more hits."""

    script_id: str
    operation: str | None
    match: RedisMatch
    fault: dict[str, Any]
    armed_at: str
    fired_at: tuple[str, ...] = ()
    hits: int = 0
    exhausted: bool = False


class RedisScriptStates(msgspec.Struct, frozen=True):
    """The scripts that were neither healed nor reset, in the order in which they were armed."""

    scripts: tuple[RedisScriptState, ...]


class RedisEntry(msgspec.Struct, frozen=True):
    """One command; `reply` is the kind of its reply, None where it has got none (yet, or at all).

    Arguments are text, bounded; passwords and tokens are replaced by `<token:FIRST 12 HEX OF SHA256>`.
    """

    seq: int
    at: str
    client_id: int
    client: str | None
    user: str
    db: int
    command: str
    arguments: tuple[str, ...]
    reply: str | None
    error: str | None
    fault: str | None
    script_id: str | None


class RedisPage(msgspec.Struct, frozen=True):
    """A page of the journal; where `next_after` is given there is more, after that entry.

    `forgotten` is how many commands were too old to be kept.
    """

    entries: tuple[RedisEntry, ...]
    next_after: int | None = None
    forgotten: int = 0

"""Where the memory backend is known to answer otherwise than Valkey: named, and asserted one by one.

Rule: a difference is here, or it is a bug; one that differs no more is taken out (the test says so). They are
twenty at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Command = list[bytes]


@dataclass(frozen=True)
class Difference:
    """What is sent to see it, why it is left, and patterns of what bare Valkey and the memory backend answer.

    `steady`: the valkey backend answers byte for byte what a bare one does; else (a port, a time, the seed of
    a hash is in it) something of the same pattern.
    """

    name: str
    shown: Command
    why: str
    before: tuple[Command, ...] = ()
    bare: bytes = b""
    memory: bytes = b""
    steady: bool = True


EXCEPTIONS = (
    Difference(
        "which of two errors",
        [b"HINCRBY", b"s", b"f", b"x"],
        "where two things are wrong with a command, the other one may be told (ERRORS_FIRST lists which)",
        ([b"SET", b"s", b"v"],),
        bare=rb"-ERR value is not an integer .*",
        memory=rb"-WRONGTYPE .*",
    ),
    Difference(
        "lexical ranges over unequal scores",
        [b"ZRANGE", b"z", b"-", b"[a", b"BYLEX"],
        "Redis leaves them undefined",
        ([b"ZADD", b"z", b"1", b"b", b"2", b"a"],),
        bare=rb"\*0\r\n",
        memory=rb"\*2\r\n\$1\r\nb\r\n\$1\r\na\r\n",
    ),
    Difference(
        "floats beyond 53 bits",
        [b"INCRBYFLOAT", b"n", b"0.5"],
        "Redis counts in 80 bits, Python in 64",
        ([b"SET", b"n", b"9223372036854775807"],),
        bare=rb"\$21\r\n9223372036854775807\.5\r\n",
        memory=rb"\$19\r\n9223372036854775808\r\n",
    ),
    Difference(
        "DUMP",
        [b"DUMP", b"s"],
        "no RDB payload: RESTORE takes back what was dumped here",
        ([b"SET", b"s", b"v"],),
        bare=rb"\$13\r\n\x00\x01v.*",
        memory=rb"\$68\r\n.*",
    ),
    Difference(
        "INFO",
        [b"INFO"],
        "the fields that clients look for, no figures of memory and CPU",
        bare=rb"\$[0-9]{4,}\r\n# Server\r\n.*used_memory:.*",
        memory=rb"\$[0-9]{3}\r\n# Server\r\n(?!.*used_memory:).*",
        steady=False,
    ),
    Difference(
        "CONFIG GET",
        [b"CONFIG", b"GET", b"*"],
        "a handful; none changes what the fake does",
        bare=rb"\*4[0-9]{2}\r\n.*",
        memory=rb"\*1[0-9]\r\n.*",
        steady=False,
    ),
    Difference(
        "COMMAND",
        [b"COMMAND", b"COUNT"],
        "the commands that fakeredis knows",
        bare=rb":257\r\n",
        memory=rb":415\r\n",
    ),
    Difference(
        "CLIENT LIST",
        [b"CLIENT", b"INFO"],
        "memory and traffic are not counted",
        bare=rb"\$[0-9]+\r\nid=.* tot-mem=[1-9].*",
        memory=rb"\$[0-9]+\r\nid=.* tot-mem=0 .*",
        steady=False,
    ),
    Difference(
        "CLIENT TRACKING",
        [b"CLIENT", b"TRACKING", b"ON"],
        "no invalidation is sent",
        bare=rb"\+OK\r\n",
        memory=rb"-ERR unknown subcommand 'TRACKING'.*",
    ),
    Difference(
        "OBJECT",
        [b"OBJECT", b"ENCODING", b"s"],
        "nothing is encoded",
        ([b"SET", b"s", b"v"],),
        bare=rb"\$6\r\nembstr\r\n",
        memory=rb"-ERR unknown subcommand 'ENCODING'.*",
    ),
    Difference(
        "MEMORY",
        [b"MEMORY", b"USAGE", b"s"],
        "nothing is measured",
        ([b"SET", b"s", b"v"],),
        bare=rb":[1-9][0-9]*\r\n",
        memory=rb"-ERR unknown command 'MEMORY'.*",
    ),
    Difference(
        "MONITOR",
        [b"MONITOR"],
        "the journal has what was asked",
        bare=rb"\+OK\r\n",
        memory=rb"-ERR unknown command 'MONITOR'.*",
    ),
    Difference(
        "WAIT",
        [b"WAIT", b"0", b"0"],
        "there are no replicas",
        bare=rb":0\r\n",
        memory=rb"-ERR unknown command 'WAIT'.*",
    ),
    Difference(
        "SCRIPT HELP",
        [b"SCRIPT", b"HELP"],
        "shorter",
        bare=rb"\*20\r\n\+SCRIPT .*",
        memory=rb"\*6\r\n\$63\r\nSCRIPT .*",
    ),
    Difference(
        "cmsgpack and struct",
        [b"EVAL", b"return #cmsgpack.pack(1)", b"0"],
        "not among the libraries of scripts",
        bare=rb":1\r\n",
        memory=rb"-ERR .*nonexistent global variable 'cmsgpack'.*",
    ),
    Difference(
        "SCAN",
        [b"SCAN", b"0", b"COUNT", b"2"],
        "another order, other cursors",
        ([b"MSET", *(word for n in range(1000) for word in (b"k%03d" % n, b""))],),
        bare=rb"\*2\r\n\$[0-9]+\r\n[0-9]+\r\n(?!.*k000\r\n\$4\r\nk001)\*[1-9].*",
        memory=rb"\*2\r\n\$[0-9]+\r\n[0-9]+\r\n\*2\r\n\$4\r\nk000\r\n\$4\r\nk001\r\n",
        steady=False,
    ),
    Difference(
        "hash fields that expire",
        [b"HTTL", b"h", b"FIELDS", b"1", b"f"],
        "their newer half is missing (docs/fakes.md has the names); HEXPIRE and its kin are there",
        ([b"HSET", b"h", b"f", b"v"],),
        bare=rb"\*1\r\n:-1\r\n",
        memory=rb"-ERR unknown command 'HTTL'.*",
    ),
    Difference(
        "SET IFEQ",
        [b"SET", b"s", b"w", b"IFEQ", b"v"],
        "only Valkey has it, and DELIFEQ",
        ([b"SET", b"s", b"v"],),
        bare=rb"\+OK\r\n",
        memory=rb"-ERR syntax error\r\n",
    ),
    Difference(
        "CONFIG SET",
        [b"CONFIG", b"SET", b"nosuch", b"1"],
        "any setting is kept to be read again",
        bare=rb"-ERR Unknown option .*",
        memory=rb"\+OK\r\n",
    ),
    Difference(
        "administration",
        [b"SLOWLOG", b"LEN"],
        "nothing to administer: docs/fakes.md has the names",
        bare=rb":[0-9]+\r\n",
        memory=rb"-ERR unknown command 'SLOWLOG'.*",
    ),
)

_WRONG_TYPE = b"-WRONGTYPE Operation against a key holding the wrong kind of value"
_NO_INTEGER = b"-ERR value is not an integer or out of range"
_NO_FLOAT = b"-ERR value is not a valid float"
_NO_BOUND = b"-ERR min or max is not a float"
_NEGATIVE = b"-ERR LIMIT can't be negative"
_SYNTAX = b"-ERR syntax error"

# What Valkey tells and what the memory backend tells, where two things are wrong with a command.
ERRORS_FIRST: Mapping[bytes, frozenset[tuple[bytes, bytes]]] = {
    b"EXPIRE": frozenset({(b"-ERR Unsupported option bad", _NO_INTEGER)}),
    b"GETEX": frozenset(
        {(b"-ERR invalid expire time in 'getex' command", _WRONG_TYPE), (_NO_INTEGER, _WRONG_TYPE)}
    ),
    b"HINCRBY": frozenset({(_NO_INTEGER, _WRONG_TYPE)}),
    b"HINCRBYFLOAT": frozenset({(_NO_FLOAT, _WRONG_TYPE)}),
    b"SET": frozenset({(_SYNTAX, b"-ERR invalid expire time in 'set' command"), (_SYNTAX, _NO_INTEGER)}),
    b"SETRANGE": frozenset({(b"-ERR offset is out of range", _WRONG_TYPE)}),
    b"ZADD": frozenset(
        {
            (b"-ERR GT, LT, and/or NX options at the same time are not compatible", _WRONG_TYPE),
            (b"-ERR XX and NX options at the same time are not compatible", _WRONG_TYPE),
            (_NO_FLOAT, _WRONG_TYPE),
        }
    ),
    b"ZINTERCARD": frozenset(
        {(_NEGATIVE, _NO_INTEGER), (_WRONG_TYPE, _NEGATIVE), (_WRONG_TYPE, _NO_INTEGER)}
    ),
    b"ZPOPMAX": frozenset({(b"-ERR value is out of range, must be positive", _WRONG_TYPE)}),
    b"ZPOPMIN": frozenset({(b"-ERR value is out of range, must be positive", _WRONG_TYPE)}),
    b"ZRANGE": frozenset({(_NO_BOUND, _WRONG_TYPE), (_NO_INTEGER, _WRONG_TYPE)}),
    b"ZRANGEBYLEX": frozenset({(_NO_INTEGER, b"-ERR min or max not valid string range item")}),
    b"ZRANGEBYSCORE": frozenset({(_NO_INTEGER, _NO_BOUND), (_NO_INTEGER, _WRONG_TYPE)}),
    b"ZRANGESTORE": frozenset({(_NO_INTEGER, _WRONG_TYPE)}),
    b"ZREVRANGE": frozenset({(_NO_INTEGER, _WRONG_TYPE)}),
    b"ZREVRANGEBYSCORE": frozenset({(_NO_INTEGER, _NO_BOUND), (_NO_INTEGER, _WRONG_TYPE)}),
}

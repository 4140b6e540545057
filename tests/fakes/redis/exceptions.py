"""Where the memory backend is known to answer otherwise than Valkey: named, and asserted one by one.

Rule: a difference is here, or it is a bug; one that differs no more is taken out (the test says so). They are
twenty at most.
"""

from __future__ import annotations

from dataclasses import dataclass

Command = list[bytes]


@dataclass(frozen=True)
class Difference:
    """What is sent to see it, and why it is left."""

    name: str
    shown: Command
    why: str
    before: tuple[Command, ...] = ()


EXCEPTIONS = (
    Difference(
        "which of two errors",
        [b"HINCRBY", b"s", b"f", b"x"],
        "where two things are wrong with a command, the other one may be told (ERRORS_FIRST lists which)",
        ([b"SET", b"s", b"v"],),
    ),
    Difference(
        "lexical ranges over unequal scores",
        [b"ZRANGE", b"z", b"-", b"[a", b"BYLEX"],
        "Redis leaves them undefined",
        ([b"ZADD", b"z", b"1", b"b", b"2", b"a"],),
    ),
    Difference(
        "floats beyond 53 bits",
        [b"INCRBYFLOAT", b"n", b"0.5"],
        "Redis counts in 80 bits, Python in 64",
        ([b"SET", b"n", b"9223372036854775807"],),
    ),
    Difference(
        "DUMP",
        [b"DUMP", b"s"],
        "no RDB payload: RESTORE takes back what was dumped here",
        ([b"SET", b"s", b"v"],),
    ),
    Difference("INFO", [b"INFO"], "the fields that clients look for, no figures of memory and CPU"),
    Difference("CONFIG GET", [b"CONFIG", b"GET", b"*"], "a handful; none changes what the fake does"),
    Difference("COMMAND", [b"COMMAND", b"COUNT"], "the commands that fakeredis knows"),
    Difference("CLIENT LIST", [b"CLIENT", b"INFO"], "memory and traffic are not counted"),
    Difference("CLIENT TRACKING", [b"CLIENT", b"TRACKING", b"ON"], "no invalidation is sent"),
    Difference("OBJECT", [b"OBJECT", b"ENCODING", b"s"], "nothing is encoded", ([b"SET", b"s", b"v"],)),
    Difference("MEMORY", [b"MEMORY", b"USAGE", b"s"], "nothing is measured", ([b"SET", b"s", b"v"],)),
    Difference("MONITOR", [b"MONITOR"], "the journal has what was asked"),
    Difference("WAIT", [b"WAIT", b"0", b"0"], "there are no replicas"),
    Difference("SCRIPT HELP", [b"SCRIPT", b"HELP"], "shorter"),
    Difference(
        "cmsgpack and struct",
        [b"EVAL", b"return #cmsgpack.pack(1)", b"0"],
        "not among the libraries of scripts",
    ),
    Difference(
        "SCAN",
        [b"SCAN", b"0", b"COUNT", b"2"],
        "another order, other cursors",
        tuple([b"SET", b"k%d" % n, b""] for n in range(9)),
    ),
)

ERRORS_FIRST = frozenset(
    {
        b"EXPIRE",
        b"GETEX",
        b"HINCRBY",
        b"HINCRBYFLOAT",
        b"INCRBYFLOAT",
        b"SET",
        b"SETRANGE",
        b"ZADD",
        b"ZINTERCARD",
        b"ZPOPMAX",
        b"ZPOPMIN",
        b"ZRANGE",
        b"ZRANGEBYLEX",
        b"ZRANGEBYSCORE",
        b"ZRANGESTORE",
        b"ZREVRANGE",
        b"ZREVRANGEBYSCORE",
    }
)
ERRORS = (
    b"-WRONGTYPE",
    b"-ERR value is not",
    b"-ERR min or max",
    b"-ERR syntax error",
    b"-ERR invalid expire",
    b"-ERR LIMIT can't",
    b"-ERR Unsupported option",
    b"-ERR offset is out",
    b"-ERR GT, LT",
    b"-ERR XX and NX",
    b"-ERR INCR option",
    b"-ERR value is out of range",
    b"-ERR wrong number",
    b"-ERR resulting score",
    b"-ERR string exceeds",
    b"-ERR NX and XX",
    b"-ERR increment",
)

"""What is asked of every Redis in turn: commands of each family, sound ones and wrong ones.

Rule: a command is here only if its reply is determined by what was sent before; `DRAWS` lists the families.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

Command = list[bytes]

KEYS = [b"s1", b"s2", b"n1", b"z1", b"z2", b"h1", b"h2", b"absent"]
VALUES = [
    b"",
    b"a",
    b"hello",
    b"10",
    b"-3",
    b"3.5",
    b"x y",
    b"\x00\xff\r\n",
    b"9223372036854775807",
    b"inf",
    b"007",
]
NUMBERS = [b"0", b"1", b"2", b"-1", b"-2", b"5", b"100", b"x", b"1.5"]
SCORES = [
    b"0",
    b"1",
    b"-1.5",
    b"2.25",
    b"1e3",
    b"inf",
    b"-inf",
    b"(1",
    b"nan",
    b"x",
    b"0.1",
    b"3.0",
    b"17179869184",
    b"1e21",
]
MEMBERS = [b"a", b"b", b"c", b"d", b"aa", b"", b"B"]
FIELDS = [b"f", b"g", b"h", b"1", b""]


def _maybe(draw: Random, chance: float, *words: bytes) -> Command:
    return list(words) if draw.random() < chance else []


def _seconds(draw: Random) -> bytes:
    return draw.choice([b"1000", b"5000", b"1000", b"0", b"-1", b"x"])


def _strings(draw: Random) -> Command:
    key, value, number = draw.choice(KEYS), draw.choice(VALUES), draw.choice(NUMBERS)
    return draw.choice(
        [
            [b"SET", key, value],
            [
                b"SET",
                key,
                value,
                *_maybe(draw, 0.3, b"NX"),
                *_maybe(draw, 0.3, b"XX"),
                *_maybe(draw, 0.3, b"GET"),
            ],
            [b"SET", key, value, b"EX", _seconds(draw), *_maybe(draw, 0.2, b"KEEPTTL")],
            [b"SET", key, value, b"PX", _seconds(draw) + b"000"],
            [b"SET", key, value, b"KEEPTTL"],
            [b"SET", key, value, b"EXAT", b"99999999999"],
            [b"SET", key, value, b"BOGUS"],
            [b"set", key],
            [b"GET", key],
            [b"GET", key],
            [b"GET"],
            [b"GET", key, value],
            [b"SETNX", key, value],
            [b"SETEX", key, _seconds(draw), value],
            [b"PSETEX", key, _seconds(draw) + b"000", value],
            [b"GETSET", key, value],
            [b"GETDEL", key],
            [b"GETEX", key],
            [b"GETEX", key, b"PERSIST"],
            [b"GETEX", key, b"EX", _seconds(draw)],
            [b"APPEND", key, value],
            [b"STRLEN", key],
            [b"INCR", key],
            [b"DECR", key],
            [b"INCRBY", key, number],
            [b"DECRBY", key, number],
            [b"INCRBYFLOAT", b"f1", draw.choice([b"0.5", b"1", b"-2.25", b"x", b"3.0e2"])],
            [b"MGET", key, draw.choice(KEYS)],
            [b"MSET", key, value, draw.choice(KEYS), value],
            [b"MSET", key, value, key],
            [b"MSETNX", key, value, draw.choice(KEYS), value],
            [b"GETRANGE", key, number, draw.choice(NUMBERS)],
            [b"SETRANGE", key, number, value],
        ]
    )


def _expiry(draw: Random) -> Command:
    key = draw.choice(KEYS)
    return draw.choice(
        [
            [
                b"EXPIRE",
                key,
                _seconds(draw),
                *_maybe(draw, 0.4, draw.choice([b"NX", b"XX", b"GT", b"LT", b"bad"])),
            ],
            [b"PEXPIRE", key, _seconds(draw) + b"000"],
            [b"EXPIREAT", key, draw.choice([b"99999999999", b"1", b"x"])],
            [b"PEXPIREAT", key, draw.choice([b"99999999999000", b"1", b"x"])],
            [b"TTL", key],
            [b"EXPIRETIME", b"nosuch"],
            [b"PERSIST", key],
            [b"EXISTS", key, key, b"absent"],
            [b"DEL", key, b"absent"],
            [b"UNLINK", key],
            [b"TYPE", key],
            [b"RENAME", key, draw.choice(KEYS)],
            [b"RENAMENX", key, draw.choice(KEYS)],
            [b"DBSIZE"],
            [b"TOUCH", key, b"absent"],
            [b"COPY", key, draw.choice(KEYS), *_maybe(draw, 0.5, b"REPLACE")],
            [b"FLUSHDB"] if draw.random() < 0.1 else [b"EXISTS", key],
        ]
    )


def _bound(draw: Random) -> bytes:
    return draw.choice([b"-inf", b"+inf", b"0", b"(1", b"1", b"(2.25", b"5", b"x"])


def _lex(draw: Random) -> bytes:
    return draw.choice([b"-", b"+", b"[a", b"(a", b"[c", b"x"])


def _sorted_sets(draw: Random) -> Command:
    key, score, member = (
        draw.choice([b"z1", b"z2", b"z1", b"z2", b"s1", b"absent"]),
        draw.choice(SCORES),
        draw.choice(MEMBERS),
    )
    flags = [flag for flag in (b"NX", b"XX", b"GT", b"LT", b"CH") if draw.random() < 0.15]
    number, other = draw.choice(NUMBERS), draw.choice(NUMBERS)
    limit = _maybe(draw, 0.3, b"LIMIT", number, other)
    scores = _maybe(draw, 0.5, b"WITHSCORES")
    return draw.choice(
        [
            [b"ZADD", key, score, member],
            [b"ZADD", key, *flags, score, member, draw.choice(SCORES[:6]), draw.choice(MEMBERS)],
            [b"ZADD", key, b"INCR", score, member],
            [b"ZADD", key, *flags, b"INCR", score, member],
            [b"ZADD", key, score],
            [b"ZINCRBY", key, score, member],
            [b"ZSCORE", key, member],
            [b"ZMSCORE", key, member, draw.choice(MEMBERS)],
            [b"ZCARD", key],
            [b"ZREM", key, member, draw.choice(MEMBERS)],
            [b"ZRANK", key, member, *_maybe(draw, 0.3, b"WITHSCORE")],
            [b"ZREVRANK", key, member],
            [b"ZCOUNT", key, _bound(draw), _bound(draw)],
            [b"ZADD", b"lex", b"0", member],
            [b"ZLEXCOUNT", b"lex", _lex(draw), _lex(draw)],
            [b"ZRANGE", key, number, other, *scores],
            [b"ZRANGE", key, number, other, b"REV", *scores],
            [b"ZRANGE", key, _bound(draw), _bound(draw), b"BYSCORE", *limit, *scores],
            [b"ZRANGE", b"lex", _lex(draw), _lex(draw), b"BYLEX"],
            [b"ZREVRANGE", key, number, other, *scores],
            [b"ZRANGEBYSCORE", key, _bound(draw), _bound(draw), *scores, *limit],
            [b"ZREVRANGEBYSCORE", key, _bound(draw), _bound(draw), *scores, *limit],
            [b"ZRANGEBYLEX", b"lex", _lex(draw), _lex(draw), *limit],
            [b"ZREMRANGEBYSCORE", key, _bound(draw), _bound(draw)],
            [b"ZREMRANGEBYRANK", key, number, other],
            [b"ZPOPMIN", key, *_maybe(draw, 0.4, draw.choice([b"1", b"2", b"0"]))],
            [b"ZPOPMAX", key, *_maybe(draw, 0.4, draw.choice([b"1", b"2", b"-1"]))],
            [b"ZUNIONSTORE", b"z1", b"2", b"z1", b"z2", *_maybe(draw, 0.4, b"WEIGHTS", b"2", b"0.5")],
            [b"ZINTERSTORE", b"z2", b"2", b"z1", b"z2", *_maybe(draw, 0.4, b"AGGREGATE", b"MAX")],
            [b"ZUNION", b"2", b"z1", b"z2", *scores],
            [b"ZDIFF", b"2", b"z1", b"z2", *scores],
            [b"ZINTERCARD", b"2", b"z1", b"z2", *_maybe(draw, 0.4, b"LIMIT", number)],
            [b"ZRANGESTORE", b"z2", b"z1", number, other],
        ]
    )


def _hashes(draw: Random) -> Command:
    key, name, value = (
        draw.choice([b"h1", b"h2", b"h1", b"h2", b"s1", b"absent"]),
        draw.choice(FIELDS),
        draw.choice(VALUES),
    )
    return draw.choice(
        [
            [b"HSET", key, name, value],
            [b"HSET", key, name, value, draw.choice(FIELDS), value],
            [b"HSET", key, name],
            [b"HSET", key, name, value, name],
            [b"HMSET", key, name, value],
            [b"HSETNX", key, name, value],
            [b"HGET", key, name],
            [b"HMGET", key, name, draw.choice(FIELDS)],
            [b"HGETALL", key],
            [b"HDEL", key, name, draw.choice(FIELDS)],
            [b"HEXISTS", key, name],
            [b"HLEN", key],
            [b"HSTRLEN", key, name],
            [b"HKEYS", key],
            [b"HVALS", key],
            [b"HINCRBY", key, name, draw.choice(NUMBERS)],
            [b"HINCRBYFLOAT", key, b"number", draw.choice([b"0.5", b"-1", b"x"])],
            [b"HINCRBYFLOAT", key, name, b"x"],
        ]
    )


def _transactions(draw: Random) -> Command:
    return draw.choice(
        [
            [b"MULTI"],
            [b"MULTI"],
            [b"EXEC"],
            [b"EXEC"],
            [b"EXEC"],
            [b"DISCARD"],
            [b"WATCH", draw.choice(KEYS)],
            [b"WATCH"],
            [b"UNWATCH"],
            [b"EXEC", b"x"],
        ]
    )


SCRIPTS = [
    b"return 1",
    b"return {1,2,{3,'four'},2.9}",
    b"return {KEYS[1],ARGV[1],ARGV[2]}",
    b"return redis.call('SET',KEYS[1],ARGV[1])",
    b"return redis.call('GET',KEYS[1])",
    b"return redis.call('INCR',KEYS[1])",
    b"return redis.pcall('INCR',KEYS[1])",
    b"local r = redis.pcall('ZADD',KEYS[1],1,'a') if type(r)=='table' then return r.err end return r",
    b"return redis.call('HGETALL',KEYS[1])",
    b"return redis.call('ZRANGE',KEYS[1],0,-1,'WITHSCORES')",
    b"return redis.call('ZSCORE',KEYS[1],'a')",
    b"return redis.status_reply('FINE')",
    b"return redis.error_reply('MY words')",
    b"return redis.error_reply('Single')",
    b"return {err='CUSTOM boom'}",
    b"return {ok='yes'}",
    b"return nil",
    b"return true",
    b"return false",
    b"return undefined_name",
    b"global = 1",
    b"error('boom')",
    b"error({err='TABLE boom'})",
    b"\n\nreturn redis.call('NOSUCH')",
    b"return redis.call('GET')",
    b"return redis.call()",
    b"return redis.call('GET',{})",
    b"return redis.call('SUBSCRIBE','x')",
    b"return redis.call('MULTI')",
    b"this is no lua",
    b"return cjson.encode({a=1})",
    b"return cjson.encode({1,2,'three'})",
    b"return cjson.decode('{\"a\":[1,2]}').a[2]",
    b"return redis.sha1hex('x')",
    b"return tonumber(ARGV[1]) + 1",
    b"return 'a' .. 1",
    b"return string.format('%d %s', 3, 'x')",
    b"local t={} for i=1,5 do t[i]=i*i end return t",
    b"redis.call('SET',KEYS[1],'v','EX',1000) return redis.call('TTL',KEYS[1])",
    b"redis.setresp(3) return redis.call('HGETALL',KEYS[1])",
    b"redis.setresp(5)",
    b"return pcall(redis.call,'INCR',KEYS[1])",
    b"local ok, e = pcall(redis.call,'NOSUCH') return e.err",
    b"return redis.REDIS_VERSION",
    b"return type(redis.call('GET','absent'))",
    b"return #ARGV",
    b"return -7.9",
    b"return {1,nil,3}",
    b"return {double=3.5}",
    b"return redis.call('TYPE',KEYS[1])",
    b"return bit.band(7,3)",
    b"return math.floor(3.7)",
]


def _scripts(draw: Random) -> Command:
    script, key = draw.choice(SCRIPTS), draw.choice(KEYS)
    digest = draw.choice(
        [b"e0e1f9fabfc9d4800c877a703b823ac0578ff8db", b"ABC", b"E0E1F9FABFC9D4800C877A703B823AC0578FF8DB"]
    )
    return draw.choice(
        [
            [b"EVAL", script, b"1", key, draw.choice(VALUES)],
            [b"EVAL", script, b"1", key, b"5", b"6"],
            [b"EVAL", script, b"1", key, b"5", b"6"],
            [b"EVAL", script, b"0"],
            [b"EVAL", script, draw.choice([b"3", b"-1", b"x"]), key],
            [b"EVAL_RO", script, b"1", key, b"5"],
            [b"EVALSHA", digest, b"0"],
            [b"EVALSHA", digest, b"1"],
            [b"EVAL"],
            [b"SCRIPT", b"LOAD", script],
            [b"SCRIPT", b"EXISTS", digest, b"nosuch"],
            [b"SCRIPT", b"EXISTS"],
            [b"SCRIPT", b"FLUSH", *_maybe(draw, 0.5, draw.choice([b"SYNC", b"ASYNC", b"x"]))],
            [b"SCRIPT", b"KILL"],
            [b"SCRIPT", b"NOSUCH"],
            [b"SCRIPT"],
        ]
    )


def _pubsub(draw: Random) -> Command:
    channel = draw.choice([b"c1", b"c2", b"d"])
    return draw.choice(
        [
            [b"SUBSCRIBE", channel],
            [b"SUBSCRIBE", b"c1", b"c2"],
            [b"PSUBSCRIBE", b"c*"],
            [b"PSUBSCRIBE", b"x?", b"[d]"],
            [b"SSUBSCRIBE", channel],
            [b"UNSUBSCRIBE", channel],
            [b"UNSUBSCRIBE", b"c1", b"c2", b"d"],
            [b"PUNSUBSCRIBE", b"c*", b"x?", b"[d]"],
            [b"PUNSUBSCRIBE", b"c*"],
            [b"SUNSUBSCRIBE", channel],
            [b"PUBLISH", channel, draw.choice(VALUES)],
            [b"PUBLISH", channel, b"m"],
            [b"PUBLISH", channel, b"m"],
            [b"SPUBLISH", channel, b"m"],
            [b"PUBLISH", channel],
            [b"PUBSUB", b"NUMPAT"],
            [b"PUBSUB", b"NUMSUB", b"c1", b"c2"],
            [b"PUBSUB", b"CHANNELS", b"nosuch*"],
            [b"PUBSUB"],
            [b"PUBSUB", b"NOSUCH"],
            [b"SUBSCRIBE"],
        ]
    )


def _connection(draw: Random) -> Command:
    return draw.choice(
        [
            [b"PING"],
            [b"PING", b"x"],
            [b"PING", b"x", b"y"],
            [b"ECHO", b"hello"],
            [b"ECHO"],
            [b"SELECT", draw.choice([b"0", b"1", b"15", b"16", b"-1", b"x"])],
            [b"SELECT"],
            [b"HELLO", draw.choice([b"4", b"x", b"1"])],
            [b"HELLO", b"2", b"SETNAME"],
            [b"HELLO", b"3", b"AUTH", b"nobody", b"x"],
            [b"HELLO", b"2", b"BOGUS"],
            [b"AUTH", b"x"],
            [b"AUTH", b"default", b"x"],
            [b"AUTH", b"nobody", b"x"],
            [b"AUTH", b"a", b"b", b"c"],
            [b"AUTH"],
            [b"RESET"],
            [b"NOSUCH", b"a", b"b c"],
            [b"nosuch"],
            [b"NOSUCH", b"x" * 200, b"y"],
        ]
    )


def _client(draw: Random) -> Command:
    return draw.choice(
        [
            [b"CLIENT", b"SETNAME", draw.choice([b"alpha", b"", b"a b", b"\xff"])],
            [b"CLIENT", b"GETNAME"],
            [b"CLIENT", b"SETINFO", b"LIB-NAME", draw.choice([b"lib", b"a b"])],
            [b"CLIENT", b"SETINFO", b"NOSUCH", b"x"],
            [b"CLIENT", b"NO-EVICT", draw.choice([b"ON", b"off", b"x"])],
            [b"CLIENT", b"NO-TOUCH", draw.choice([b"ON", b"off", b"x"])],
            [b"CLIENT", b"KILL", b"1.2.3.4:5"],
            [b"CLIENT", b"KILL", b"ID", draw.choice([b"999999", b"0", b"x"])],
            [b"CLIENT", b"UNBLOCK", draw.choice([b"999999", b"x"])],
            [b"CLIENT", b"TRACKINGINFO"],
            [b"CLIENT", b"GETREDIR"],
            [b"CLIENT", b"REPLY", b"x"],
            [b"CLIENT", b"NOSUCH"],
            [b"CLIENT"],
            [b"CLIENT", b"SETNAME"],
            [b"INFO", b"nosuch"],
            [b"CLIENT", b"UNPAUSE"],
            [b"CLIENT", b"PAUSE", draw.choice([b"x", b"-1", b"0"])],
        ]
    )


DRAWS: Mapping[str, Callable[[Random], Command]] = {
    "strings": _strings,
    "expiry": _expiry,
    "sorted sets": _sorted_sets,
    "hashes": _hashes,
    "transactions": _transactions,
    "scripts": _scripts,
    "pub/sub": _pubsub,
    "connection": _connection,
    "client": _client,
}


def draw_random(draw: Random, only: list[str] | None = None) -> tuple[str, Command]:
    family = draw.choice([name for name in DRAWS if only is None or name in only])
    return family, DRAWS[family](draw)

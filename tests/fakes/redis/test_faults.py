"""Each fault as a client sees it: raw bytes on a socket, over either backend."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fakes.redis.faults import FAULTS, make_fault
from fakes.redis.faults.error import WORDS, slot_of
from fakes.redis.faults.lost_expiry import without_expiry
from fakes.redis.names import is_name
from tests.fakes.redis.house import standing
from tests.fakes.redis.wire import RedisWire, frames_in, packed

if TYPE_CHECKING:
    from tests.fakes.redis.house import Place

OK = b"+OK\r\n"


def ended(wire: RedisWire) -> bool:
    try:
        return wire.rest() == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("error", sorted(WORDS.keys() - {"MOVED"}))
def test_an_error_is_in_redis_own_words_and_the_command_is_not_run(place: Place, error: str) -> None:
    place.script({"kind": "error", "error": error}, "SET", times=1)
    wire = place.wire()

    replies = wire.ask([b"SET", b"k", b"1"], [b"EXISTS", b"k"], [b"SET", b"k", b"2"], [b"GET", b"k"])

    assert replies == [b"-%s\r\n" % WORDS[error].encode(), b":0\r\n", OK, b"$1\r\n2\r\n"]


@pytest.mark.parametrize("error", ["WRONGTYPE", "NOSCRIPT", "OOM", "READONLY"])
def test_the_words_are_those_of_a_real_server(bare: str, error: str) -> None:
    provoke: dict[str, list[list[bytes]]] = {
        "WRONGTYPE": [[b"SET", b"k", b"v"], [b"HGET", b"k", b"f"]],
        "NOSCRIPT": [[b"EVALSHA", b"0" * 40, b"0"]],
        "OOM": [[b"CONFIG", b"SET", b"maxmemory", b"1"], [b"SET", b"k", b"v"]],
        "READONLY": [[b"REPLICAOF", b"127.0.0.1", b"1"], [b"SET", b"k", b"v"]],
    }
    wire = RedisWire(bare)

    *_, reply = wire.ask(*provoke[error])
    wire.close()

    assert reply == b"-%s\r\n" % WORDS[error].encode()


def test_moved_names_the_true_slot_of_the_key_and_the_address(memory: Place) -> None:
    memory.script({"kind": "error", "error": "MOVED", "address": "10.0.0.1:7000"}, "GET")

    replies = memory.wire().ask([b"GET", b"foo"], [b"GET", b"x{foo}y"])

    assert replies == [b"-MOVED 12182 10.0.0.1:7000\r\n"] * 2
    assert slot_of(b"123456789") == 0x31C3


def test_an_error_amid_a_pipeline_keeps_the_order_of_replies(place: Place) -> None:
    place.script({"kind": "error", "error": "OOM"}, "INCR", match={"key": "b*"})

    replies = place.wire().ask(
        [b"INCR", b"a"], [b"INCR", b"b1"], [b"INCR", b"a"], [b"INCR", b"b2"], [b"PING"]
    )

    oom = b"-%s\r\n" % WORDS["OOM"].encode()
    assert replies == [b":1\r\n", oom, b":2\r\n", oom, b"+PONG\r\n"]


def test_an_error_in_a_transaction_calls_it_off(place: Place) -> None:
    place.script({"kind": "error", "error": "OOM"}, "SET", times=1)
    wire = place.wire()

    replies = wire.ask(
        [b"MULTI"], [b"INCR", b"n"], [b"SET", b"k", b"v"], [b"EXEC"], [b"EXISTS", b"n"], [b"EXEC"]
    )

    assert replies == [
        OK,
        b"+QUEUED\r\n",
        b"-%s\r\n" % WORDS["OOM"].encode(),
        b"-EXECABORT Transaction discarded because of previous errors.\r\n",
        b":0\r\n",
        b"-ERR EXEC without MULTI\r\n",
    ]


def test_an_error_on_exec_itself_calls_it_off_too(place: Place) -> None:
    place.script({"kind": "error", "error": "LOADING"}, "EXEC", times=1)
    wire = place.wire()

    replies = wire.ask([b"MULTI"], [b"INCR", b"n"], [b"EXEC"], [b"GET", b"n"])

    reason = b"-EXECABORT Transaction discarded because of: %s\r\n" % WORDS["LOADING"].encode()
    assert replies == [OK, b"+QUEUED\r\n", reason, b"$-1\r\n"]


def test_a_hang_on_one_command_lets_the_others_go_on(place: Place) -> None:
    script = place.script({"kind": "hang"}, "GET", match={"key": "slow"})
    hung, other = place.wire(), place.wire()

    hung.send(packed([b"PING"]) + packed([b"GET", b"slow"]) + packed([b"PING"]))

    assert hung.frame() == b"+PONG\r\n"
    assert other.ask([b"GET", b"quick"], [b"PING"]) == [b"$-1\r\n", b"+PONG\r\n"]
    hung._sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        hung.frame()
    assert place.state(script)["hits"] == 1


def test_a_hang_with_an_end_answers_then_and_in_order(place: Place) -> None:
    place.script({"kind": "hang", "seconds": 0.2}, "SET", times=1)
    wire = place.wire()

    began = time.monotonic()
    replies = wire.ask([b"SET", b"k", b"v"], [b"GET", b"k"])

    assert replies == [OK, b"$1\r\nv\r\n"]
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    "command",
    [
        [b"EXPIRE", b"k", b"100"],
        [b"PEXPIRE", b"k", b"100000"],
        [b"EXPIREAT", b"k", b"99999999999"],
        [b"SETEX", b"k", b"100", b"v"],
        [b"PSETEX", b"k", b"100000", b"v"],
        [b"SET", b"k", b"v", b"EX", b"100"],
        [b"SET", b"k", b"v", b"XX", b"px", b"100000"],
        [b"GETEX", b"k", b"EX", b"100"],
    ],
    ids=lambda command: command[0].decode(),
)
def test_a_lost_expiry_is_promised_and_forgotten(place: Place, command: list[bytes]) -> None:
    wire = place.wire()
    wire.ask([b"SET", b"k", b"v"])
    (promised,) = wire.ask(command)
    wire.ask([b"PERSIST", b"k"], [b"SET", b"k", b"v"])
    script = place.script({"kind": "lost_expiry"})

    reply, left, value = wire.ask(command, [b"TTL", b"k"], [b"GET", b"k"])

    assert reply == promised
    assert (left, value) == (b":-1\r\n", b"$1\r\nv\r\n")
    assert place.state(script)["hits"] == 1


@pytest.mark.parametrize(
    "command", [[b"SET", b"k", b"EX"], [b"SET", b"k", b"v"], [b"GETEX", b"k"], [b"TTL", b"k"]]
)
def test_what_sets_no_expiry_loses_none(command: list[bytes]) -> None:
    assert without_expiry(command) is None


def test_a_failover_loses_the_last_writes_and_cuts_the_connections(place: Place) -> None:
    writer, reader = place.wire(), place.wire()
    writer.ask(
        [b"SET", b"kept", b"old"], [b"SET", b"timed", b"t", b"EX", b"1000"], [b"ZADD", b"z", b"1", b"a"]
    )
    script = place.script({"kind": "failover", "lose_writes": 4}, times=1)

    replies = writer.ask(
        [b"SET", b"kept", b"new"], [b"GET", b"kept"], [b"SET", b"made", b"x"], [b"PERSIST", b"timed"]
    )
    before = place.state(script)
    last = writer.ask([b"ZADD", b"z", b"2", b"b"])

    assert (replies, last) == ([OK, b"$3\r\nnew\r\n", OK, b":1\r\n"], [b":1\r\n"])
    assert before["hits"] == 0
    assert ended(writer)
    assert ended(reader)
    after = place.wire()
    kept, made, left, members = after.ask(
        [b"GET", b"kept"], [b"EXISTS", b"made"], [b"TTL", b"timed"], [b"ZRANGE", b"z", b"0", b"-1"]
    )
    assert (kept, made, members) == (b"$3\r\nold\r\n", b":0\r\n", b"*1\r\n$1\r\na\r\n")
    assert 900 < int(left[1:]) <= 1000
    assert place.state(script)["hits"] == 1


def test_a_failover_loses_what_a_script_and_a_transaction_wrote(place: Place) -> None:
    writer = place.wire()
    writer.ask([b"SET", b"n", b"1"])
    place.script({"kind": "failover", "lose_writes": 3}, times=1)

    writer.ask([b"EVAL", b"return redis.call('INCRBY',KEYS[1],10)", b"1", b"n"])
    replies = writer.ask([b"MULTI"], [b"INCR", b"n"], [b"SET", b"m", b"1"], [b"EXEC"])

    assert replies[-1] == b"*2\r\n:12\r\n+OK\r\n"
    assert ended(writer)
    assert place.wire().ask([b"GET", b"n"], [b"EXISTS", b"m"]) == [b"$1\r\n1\r\n", b":0\r\n"]


def test_a_failover_of_one_client_leaves_the_others_alone(place: Place) -> None:
    mine, other = place.wire(), place.wire()
    mine.ask([b"CLIENT", b"SETNAME", b"mine"])
    other.ask([b"CLIENT", b"SETNAME", b"other"])
    place.script({"kind": "failover", "lose_writes": 1}, match={"client": "mine"}, times=1)

    other.ask([b"SET", b"theirs", b"1"])
    mine.ask([b"SET", b"ours", b"1"])

    assert ended(mine)
    assert other.ask([b"EXISTS", b"theirs"], [b"EXISTS", b"ours"]) == [b":1\r\n", b":0\r\n"]


def test_a_failover_loses_the_writes_of_the_last_seconds() -> None:
    now = [1_000_000.0]
    with standing(None, lambda: now[0]) as place:
        wire = place.wire()
        wire.ask([b"SET", b"k", b"old"])
        script = place.script({"kind": "failover", "lose_seconds": 5}, times=1)
        wire.ask([b"SET", b"k", b"new"])
        now[0] += 4.0
        still = wire.ask([b"GET", b"k"])
        now[0] += 1.0
        wire.send(packed([b"GET", b"k"]))

        assert still == [b"$3\r\nnew\r\n"]
        assert ended(wire)
        assert place.wire().ask([b"GET", b"k"]) == [b"$3\r\nold\r\n"]
        assert place.state(script)["fired_at"] == ["1970-01-12T13:46:45.000000Z"]


def test_a_fault_says_when_it_was_armed_and_when_it_fired(place: Place) -> None:
    script = place.script({"kind": "error", "error": "BUSY"}, "GET", times=2)
    wire = place.wire()

    before = place.state(script)
    replies = wire.ask(*[[b"GET", b"k"]] * 3)
    after = place.heal(script)

    assert (before["hits"], before["fired_at"]) == (0, [])
    assert [reply[:5] for reply in replies] == [b"-BUSY", b"-BUSY", b"$-1\r\n"]
    assert after["hits"] == len(after["fired_at"]) == 2
    assert after["armed_at"] <= after["fired_at"][0] <= after["fired_at"][1]


def test_healing_ends_a_fault(place: Place) -> None:
    script = place.script({"kind": "error", "error": "OOM"})
    wire = place.wire()

    struck = wire.ask([b"PING"])
    place.heal(script)

    assert struck[0].startswith(b"-OOM")
    assert wire.ask([b"PING"]) == [b"+PONG\r\n"]


def test_every_fault_is_listed_under_the_name_of_its_file() -> None:
    assert all(made.__module__ == f"fakes.redis.faults.{kind}" for kind, made in FAULTS.items())


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"kind": "reset"},
        {"kind": "error"},
        {"kind": "error", "error": "NOSUCH"},
        {"kind": "hang", "seconds": -1},
        {"kind": "hang", "extra": 1},
        {"kind": "failover"},
        {"kind": "failover", "lose_writes": 0},
        {"kind": "failover", "lose_writes": 1, "lose_seconds": 1},
    ],
)
def test_a_fault_that_cannot_be_is_refused(order: dict[str, Any], memory: Place) -> None:
    answer = httpx.post(f"{memory.control}/__fake__/scripts", json={"fault": order}, trust_env=False)

    assert answer.status_code == 400
    with pytest.raises(ValueError, match="fault"):
        make_fault(order, 0.0)


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        (" ", {"kind": "error", "error": "OOM"}),
        ("GTE", {"kind": "error", "error": "OOM"}),
        ("GET key", {"kind": "hang"}),
        ("CLIENT NOSUCH", {"kind": "hang"}),
        ("GET", {"kind": "lost_expiry"}),
        ("PERSIST", {"kind": "lost_expiry"}),
    ],
)
def test_a_script_that_could_never_fire_is_refused(
    operation: str, fault: dict[str, Any], memory: Place
) -> None:
    answer = memory.ask("POST", "/scripts", {"operation": operation, "fault": fault})

    assert answer.status_code == 400, answer.text
    assert memory.ask("GET", "/scripts").json()["scripts"] == []


def test_every_command_of_a_real_server_can_be_meant(bare: str) -> None:
    wire = RedisWire(bare)
    (told,) = wire.ask([b"COMMAND", b"LIST"])
    wire.close()
    names = [frame.split(b"\r\n")[1].upper().replace(b"|", b" ") for frame in frames_in(told)]

    assert len(names) > 300
    assert [name for name in names if not is_name(name)] == []

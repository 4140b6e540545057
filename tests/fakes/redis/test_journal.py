"""What the Redis fake was asked, kept apart, found again, and without secrets."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.redis.client import Client
from fakes.redis.journal import RedisJournal
from fakes.redis.keys import keys_of, writes
from fakes.redis.records import RedisMatch
from fakes.redis.selection import Selection
from tests.fakes.redis.commands import draw_random
from tests.fakes.redis.wire import RedisWire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.fakes.redis.house import Place

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"


def commands(place: Place, **filters: str | int) -> list[str]:
    return [entry["command"] for entry in place.journal(**filters)]


def test_every_command_is_journaled_with_what_kind_of_reply_it_got(place: Place) -> None:
    wire = place.wire()
    wire.ask([b"SET", b"k", b"v"], [b"get", b"k"], [b"GET", b"absent"], [b"INCR", b"k"], [b"HGETALL", b"h"])

    entries = place.journal()

    assert [(entry["command"], entry["reply"]) for entry in entries] == [
        ("SET", "string"),
        ("GET", "string"),
        ("GET", "null"),
        ("INCR", "error"),
        ("HGETALL", "array"),
    ]
    assert entries[0]["arguments"] == ["k", "v"]
    assert entries[3]["error"] == "ERR value is not an integer or out of range"
    assert [entry["seq"] for entry in entries] == sorted(entry["seq"] for entry in entries)
    assert commands(place, after=entries[3]["seq"]) == ["HGETALL"]


def test_a_command_knows_its_client_its_user_and_its_database(place: Place) -> None:
    wire = place.wire()
    wire.ask([b"HELLO", b"3", b"AUTH", b"default", b"x", b"SETNAME", b"first"], [b"PING"])
    wire.ask([b"SELECT", b"3"], [b"CLIENT", b"SETNAME", b"second"], [b"PING"])
    wire.ask([b"MULTI"], [b"SELECT", b"5"], [b"DISCARD"], [b"PING"], [b"RESET"], [b"PING"])

    pings = place.journal(operation="ping")

    assert [(ping["client"], ping["user"], ping["db"]) for ping in pings] == [
        ("first", "default", 0),
        ("second", "default", 3),
        ("second", "default", 3),
        (None, "default", 0),
    ]
    assert len({ping["client_id"] for ping in pings}) == 1
    assert commands(place, db=3, client="second", operation="MULTI") == ["MULTI"]
    assert commands(place, operation="client setname") == ["CLIENT"]


def test_what_the_server_refused_is_not_believed(place: Place) -> None:
    wire = place.wire()
    wire.ask(
        [b"AUTH", b"admin", b"x"],
        [b"CLIENT", b"SETNAME", b"two words"],
        [b"HELLO", b"9", b"SETNAME", b"late"],
        [b"SELECT", b"16"],
        [b"PING"],
        [b"CLIENT", b"SETNAME", b"good"],
        [b"SELECT", b"2"],
        [b"PING"],
    )
    wire.ask([b"WATCH", b"k"], [b"SET", b"k", b"1"], [b"MULTI"], [b"SELECT", b"5"], [b"EXEC"], [b"PING"])
    wire.ask([b"MULTI"], [b"SELECT", b"5"], [b"NOSUCH"], [b"EXEC"], [b"PING"])
    wire.ask([b"MULTI"], [b"SELECT", b"5"], [b"DISCARD"], [b"PING"])
    wire.ask([b"MULTI"], [b"SELECT", b"5"], [b"CLIENT", b"SETNAME", b"new"], [b"EXEC"], [b"PING"])

    pings = [(ping["client"], ping["user"], ping["db"]) for ping in place.journal(operation="ping")]

    old = ("good", "default", 2)
    assert pings == [(None, "default", 0), old, old, old, old, ("new", "default", 5)]


def test_a_script_for_a_name_that_was_refused_strikes_nobody(place: Place) -> None:
    script = place.script({"kind": "error", "error": "OOM"}, "PING", match={"user": "admin"})
    named = place.script({"kind": "error", "error": "BUSY"}, "PING", match={"client": "good"})

    replies = place.wire().ask(
        [b"AUTH", b"admin", b"x"], [b"PING"], [b"CLIENT", b"SETNAME", b"good"], [b"PING"]
    )

    assert replies[1] == b"+PONG\r\n"
    assert replies[3].startswith(b"-BUSY")
    assert (place.state(script)["hits"], place.state(named)["hits"]) == (0, 1)


def test_pushes_are_no_replies(place: Place) -> None:
    listener, teller = place.wire(), place.wire()
    listener.send(b"SUBSCRIBE a b\r\n")
    confirmed = [listener.frame(), listener.frame()]
    teller.ask([b"PUBLISH", b"a", b"x"])
    message = listener.frame()
    listener.ask([b"PING"])

    entries = place.journal(after=0)

    assert confirmed == [
        b"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n",
        b"*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n",
    ]
    assert message == b"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n"
    assert [(entry["command"], entry["reply"]) for entry in entries] == [
        ("SUBSCRIBE", None),
        ("PUBLISH", "integer"),
        ("PING", "array"),
    ]


def test_replies_that_are_switched_off_are_not_waited_for(place: Place) -> None:
    place.script({"kind": "error", "error": "OOM"}, "INCR")
    wire = place.wire()
    wire.send(b"CLIENT REPLY OFF\r\nSET a 1\r\nCLIENT REPLY ON\r\n")
    wire.send(b"CLIENT REPLY SKIP\r\nSET a 2\r\nGET a\r\nINCR a\r\n")

    assert [wire.frame() for _ in range(3)][:2] == [b"+OK\r\n", b"$1\r\n2\r\n"]
    assert [entry["reply"] for entry in place.journal()] == [
        None,
        None,
        "string",
        None,
        None,
        "string",
        "error",
    ]


def test_passwords_and_tokens_do_not_leave_the_fake(place: Place) -> None:
    wire = place.wire()
    wire.ask(
        [b"AUTH", b"default", b"hunter2"],
        [b"HELLO", b"2", b"AUTH", b"default", b"hunter2"],
        [b"SET", b"session", TOKEN.encode()],
        [b"ACL", b"SETUSER", b"x", b">hunter2"],
    )

    whole = httpx.get(f"{place.control}/__fake__/journal", trust_env=False).text

    assert "hunter2" not in whole
    assert TOKEN not in whole
    assert whole.count("<token:") == 4


def test_a_secret_that_a_server_repeats_or_that_would_be_cut_does_not_leave_the_fake(place: Place) -> None:
    token = TOKEN.encode()
    wire = place.wire()
    wire.ask(
        [b"NOSUCH", token],
        [b"ACL", b"SETUSER", b"x", b"<hunter2"],
        [b"SET", b"k", b"x" * 250 + token],
        [b"CONFIG", b"SET", b"tls-key-file-pass", b"hunter2", b"tls-client-key-file-pass", b"hunter2"],
        [b"AUTH", b"one", b"hunter2", b"hunter2"],
        [b"AUTH"],
        [b"AUTH", b"hunter2" * 50],
    )

    whole = httpx.get(f"{place.control}/__fake__/journal", trust_env=False).text
    unknown, *_, alone, long = place.journal()

    assert unknown["error"].startswith("ERR unknown command 'NOSUCH', with args beginning with: '<token:")
    assert "eyJ" not in whole
    assert "hunter2" not in whole
    assert alone["arguments"] == []
    assert len(long["arguments"][0]) == len("<token:>") + 12


def test_long_arguments_and_many_are_bounded(memory: Place) -> None:
    memory.wire().ask([b"SET", b"k", b"v" * 10_000], [b"DEL", *[b"k"] * 100])

    value, keys = (entry["arguments"] for entry in memory.journal())

    assert value[1] == "v" * 256 + "… 10000 bytes"
    assert len(keys) == 33
    assert keys[-1] == "… 68 more"


def test_a_fault_is_in_the_journal_with_its_script(place: Place) -> None:
    script = place.script({"kind": "error", "error": "OOM"}, "SET", match={"key": "user:*"})
    place.wire().ask([b"SET", b"user:1", b"x"], [b"SET", b"other", b"x"])

    struck, spared = place.journal()

    assert (struck["fault"], struck["script_id"], struck["reply"]) == ("error", script, "error")
    assert (spared["fault"], spared["script_id"], spared["reply"]) == (None, None, "string")


def test_tests_that_name_their_clients_never_see_each_other(place: Place) -> None:
    one, other = place.wire(), place.wire()
    one.ask([b"CLIENT", b"SETNAME", b"one"])
    other.ask([b"CLIENT", b"SETNAME", b"other"])
    script = place.script({"kind": "error", "error": "OOM"}, match={"client": "one"})

    (struck,), (spared,) = one.ask([b"PING"]), other.ask([b"PING"])
    place.reset(client="one")
    (healed,) = one.ask([b"PING"])

    assert (struck[:4], spared, healed) == (b"-OOM", b"+PONG\r\n", b"+PONG\r\n")
    assert commands(place, client="one") == ["PING"]
    assert commands(place, client="other") == ["PING"]
    assert httpx.get(f"{place.control}/__fake__/scripts/{script}", trust_env=False).status_code == 404


def test_a_reset_of_a_database_or_of_keys_takes_their_data_and_no_other(place: Place) -> None:
    wire = place.wire()
    wire.ask([b"SET", b"a:1", b"x"], [b"SET", b"b:1", b"x"], [b"SELECT", b"2"], [b"SET", b"a:2", b"x"])

    place.reset(key="a:*", db=0)
    after_keys = wire.ask([b"EXISTS", b"a:2"], [b"SELECT", b"0"], [b"EXISTS", b"a:1"], [b"EXISTS", b"b:1"])
    place.reset(db=2)
    after_db = wire.ask([b"EXISTS", b"b:1"], [b"SELECT", b"2"], [b"EXISTS", b"a:2"])
    place.reset()
    after_all = wire.ask([b"SELECT", b"0"], [b"DBSIZE"])

    assert after_keys == [b":1\r\n", b"+OK\r\n", b":0\r\n", b":1\r\n"]
    assert after_db == [b":1\r\n", b"+OK\r\n", b":0\r\n"]
    assert after_all == [b"+OK\r\n", b":0\r\n"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/health", None, 200),
        ("GET", "/scripts", None, 200),
        ("GET", "/nowhere", None, 404),
        ("PUT", "/journal", None, 405),
        ("GET", "/journal?tenant=t", None, 400),
        ("GET", "/journal?after=x", None, 400),
        ("GET", "/journal?db=16", None, 400),
        ("POST", "/scripts", {"operation": "GET"}, 400),
        ("POST", "/scripts", {"fault": {"kind": "hang"}, "tenant": "t"}, 400),
        ("POST", "/scripts", {"fault": {"kind": "hang"}, "times": 0}, 400),
        ("POST", "/scripts", {"fault": {"kind": "hang"}, "match": {"db": -1}}, 400),
        ("POST", "/reset", {"tenant": "t"}, 400),
        ("DELETE", "/scripts/nosuch", None, 404),
    ],
)
def test_the_control_api_is_strict(
    memory: Place, method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    answer = httpx.request(method, f"{memory.control}/__fake__{path}", json=body, trust_env=False)

    assert answer.status_code == status, answer.text
    assert ("error" in answer.json()) == (status >= 400)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([b"GET", b"SET", b"DEL"]), st.integers(0, 3))),
    st.integers(0, 3),
)
@settings(max_examples=200)
def test_a_scoped_reset_forgets_exactly_what_it_names(sent: list[tuple[int, bytes, int]], gone: int) -> None:
    journal = RedisJournal(_clock().__next__)
    for client, name, key in sent:
        commands = [[name, b"k%d" % key], [b"EXISTS", b"k%d" % key]]
        journal.open(Client(client, name=f"c{client}"), commands, 20)
    named = Selection(None, RedisMatch(client=f"c{gone}"))
    keyed = Selection(None, RedisMatch(key=f"k{gone}"))
    everything = journal.page(Selection()).entries

    journal.reset(keyed)
    left = journal.page(Selection()).entries
    journal.reset(named)

    assert left == tuple(entry for entry in everything if entry.arguments != (f"k{gone}",))
    assert journal.page(Selection()).entries == tuple(entry for entry in left if entry.client != f"c{gone}")
    assert journal.page(named).entries == ()


@given(st.lists(st.integers(1, 4), max_size=8), st.integers(1, 6))
def test_the_pages_together_are_the_journal(batches: list[int], limit: int) -> None:
    journal = RedisJournal(_clock().__next__)
    for size in batches:
        journal.open(Client(1), [[b"GET", b"k%d" % (number % 2)] for number in range(size)], 20)
    selection = Selection(None, RedisMatch(key="k0"))

    pages = [journal.page(selection, 0, limit)]
    while (after := pages[-1].next_after) is not None:
        pages.append(journal.page(selection, after, limit))

    whole = journal.page(selection)
    assert whole.next_after is None
    assert tuple(entry for page in pages for entry in page.entries) == whole.entries
    assert len(whole.entries) == sum((size + 1) // 2 for size in batches)
    assert all(len(page.entries) == limit for page in pages[:-1])
    assert bool(pages[-1].entries) == bool(batches)


def test_a_reset_of_one_key_takes_time_in_proportion() -> None:
    few, many = 2_000, 16_000

    ratio = min(_seconds_of_a_reset(many) for _ in range(3)) / min(_seconds_of_a_reset(few) for _ in range(3))

    assert ratio < 3 * many / few  # were it quadratic, it would be 64


def _seconds_of_a_reset(commands: int) -> float:
    journal = RedisJournal(_clock().__next__)
    journal.open(Client(1), [[b"GET", b"k%d" % (number % 2)] for number in range(commands)], commands)
    began = time.process_time()
    journal.reset(Selection(None, RedisMatch(key="k0")))
    took = time.process_time() - began
    assert len(journal.page(Selection(), 0, commands).entries) == commands // 2
    return took


def test_only_the_newest_are_kept_and_it_is_said_how_many_were_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakes.redis.journal.KEPT_COMMANDS", 10)
    journal = RedisJournal(_clock().__next__)

    for number in range(8):
        journal.open(Client(1), [[b"GET", b"%d" % number]] * 3, 30)

    kept = journal.page(Selection()).entries
    assert [entry.seq for entry in kept] == list(range(16, 25))
    assert journal.forgotten == 15


@pytest.mark.parametrize(
    ("command", "keys", "written"),
    [
        (b"GET a", [b"a"], False),
        (b"SET a b", [b"a"], True),
        (b"MSET a 1 b 2", [b"a", b"b"], True),
        (b"DEL a b c", [b"a", b"b", b"c"], True),
        (b"EVAL script 2 a b c", [b"a", b"b"], True),
        (b"EVALSHA_RO sha 1 a b", [b"a"], False),
        (b"ZUNIONSTORE d 2 a b WEIGHTS 1 2", [b"d", b"a", b"b"], True),
        (b"ZINTERCARD 2 a b LIMIT 1", [b"a", b"b"], False),
        (b"PING", [], False),
        (b"NOSUCH a", [], False),
        (b"EVAL script x", [], True),
        (b"EVAL script 3 a", [], True),
    ],
)
def test_keys_are_found_where_redis_finds_them(command: bytes, keys: list[bytes], *, written: bool) -> None:
    words = command.split()

    assert keys_of(words[0], words) == keys
    assert writes(words[0]) == written


def _clock() -> Iterator[float]:
    now = 0.0
    while True:
        now += 1.0
        yield now


@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_keys_are_those_that_a_real_server_finds(valkey_url: str, draw: Random) -> None:
    with closing(RedisWire(valkey_url)) as wire:
        for _, command in (draw_random(draw) for _ in range(20)):
            (found,) = wire.ask([b"COMMAND", b"GETKEYS", *command])
            keys = keys_of(command[0].upper(), command)

            told = b"*%d\r\n" % len(keys) + b"".join(b"$%d\r\n%s\r\n" % (len(key), key) for key in keys)
            assert found.startswith(b"-") or found == told, command

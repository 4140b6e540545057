"""Requests parsed whole, byte by byte and with trailing bytes; malformed ones refused in Redis' own words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.redis.inline import split_words
from fakes.redis.requests import Known, Requests, pack
from tests.fakes.redis.wire import RedisWire
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.fakes.redis.house import Place

SOUND = {
    "an array": (b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", [[b"GET", b"a"]]),
    "an empty argument": (b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", [[b"ECHO", b""]]),
    "CR and LF in an argument": (b"*2\r\n$4\r\nECHO\r\n$4\r\n\r\n\r\n\r\n", [[b"ECHO", b"\r\n\r\n"]]),
    "two arrays": (b"*1\r\n$4\r\nPING\r\n" * 2, [[b"PING"], [b"PING"]]),
    "inline": (b"PING\r\n", [[b"PING"]]),
    "inline with LF alone": (b"SET a  b\n", [[b"SET", b"a", b"b"]]),
    "inline with words that begin like escapes": (
        b"\tSET  t n\t\\v f r\n",
        [[b"SET", b"t", b"n", b"\\v", b"f", b"r"]],
    ),
    "inline with quotes": (b'SET "a b" \'c\\\'d\' "\\x41\\n"\r\n', [[b"SET", b"a b", b"c'd", b"A\n"]]),
    "inline with quotes amid words": (b"ECHO a\"b c\"'d'e\r\n", [[b"ECHO", b"ab cde"]]),
    "inline with an empty word": (b"SET \"\" ''\r\n", [[b"SET", b"", b""]]),
    "inline, then an array": (b"PING\r\n*1\r\n$4\r\nPING\r\n", [[b"PING"], [b"PING"]]),
    "an array, then inline": (b"*1\r\n$4\r\nPING\r\nPING\r\n", [[b"PING"], [b"PING"]]),
    "empty lines": (b"\r\n\r\nPING\r\n", [[b"PING"]]),
    "empty arrays": (b"*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n", [[b"PING"]]),
}
MALFORMED = {
    "a count that is none": b"*x\r\n",
    "a count too large": b"*3000000000\r\n",
    "a count with a plus": b"*+1\r\n",
    "a size that is none": b"*1\r\n$x\r\n",
    "a negative size": b"*1\r\n$-1\r\n",
    "a size too large": b"*1\r\n$536870913\r\n",
    "a size with a zero before it": b"*1\r\n$04\r\nPING\r\n",
    "an integer for an argument": b"*1\r\n:5\r\n",
    "a simple string for an argument": b"*1\r\n+PING\r\n",
    "an array for an argument": b"*1\r\n*1\r\n$4\r\nPING\r\n",
    "no argument at all": b"*1\r\n\r\n",
    "a quote that is not closed": b'SET "a\r\n',
    "an endless inline line": b"x" * 70_000,
    "an endless count": b"*" + b"1" * 70_000,
    "an endless size": b"*1\r\n$" + b"1" * 70_000,
}


def heard(requests: Requests, *parts: bytes) -> tuple[list[list[bytes]], list[str]]:
    said = [requests.feed(part) for part in parts]
    commands = [command for one in said for command in one.commands]
    return commands, [one.refusal.reason for one in said if one.refusal]


@pytest.mark.parametrize("name", SOUND)
def test_a_request_means_the_same_whole_and_byte_by_byte(name: str) -> None:
    data, commands = SOUND[name]

    assert heard(Requests(), data) == (commands, [])
    assert heard(Requests(), *(bytes([byte]) for byte in data)) == (commands, [])


@pytest.mark.parametrize("name", SOUND)
def test_what_is_not_whole_yet_waits_for_the_rest(name: str) -> None:
    data, commands = SOUND[name]
    requests = Requests()

    assert heard(requests, data + b"*2\r\n$4\r\nEC") == (commands, [])
    assert heard(requests, b"HO\r\n$1\r\nx\r\n" + data) == ([[b"ECHO", b"x"], *commands], [])


@given(
    st.lists(st.lists(st.binary(max_size=40), min_size=1, max_size=5), min_size=1, max_size=6),
    st.lists(st.integers(0, 300), max_size=8),
)
def test_any_slicing_of_commands_gives_the_same_commands(
    commands: list[list[bytes]], cuts: list[int]
) -> None:
    data = pack(commands)
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    parts = [data[start:end] for start, end in pairwise(places)]

    assert heard(Requests(), *parts) == (commands, [])


@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=5))
def test_words_that_are_quoted_come_back(words: list[bytes]) -> None:
    line = b" ".join(b'"' + b"".join(b"\\x%02x" % byte for byte in word) + b'"' for word in words)

    assert split_words(line) == words


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_is_refused_as_valkey_refuses_it_and_the_fake_goes_on(
    name: str, place: Place, valkey_url: str
) -> None:
    before = b"*1\r\n$4\r\nPING\r\n"
    answers = []
    for wire in (place.wire(), RedisWire(valkey_url)):
        wire.send(before + MALFORMED[name])
        answers.append(wire.rest())
        wire.close()

    assert answers[0] == answers[1]
    assert answers[0].startswith(b"+PONG\r\n-ERR Protocol error: ")
    assert place.wire().ask([b"ECHO", b"still here"]) == [b"$10\r\nstill here\r\n"]


def test_a_large_argument_comes_through_whole(place: Place) -> None:
    value = bytes(range(256)) * 8192
    wire = place.wire()

    wire.ask([b"SET", b"large", value])

    assert wire.ask([b"GET", b"large"]) == [b"$%d\r\n%s\r\n" % (len(value), value)]


def test_clients_that_drop_out_amid_a_request_leave_nothing_behind(place: Place) -> None:
    watcher = place.wire()
    before = watcher.ask([b"CLIENT", b"LIST"])[0].count(b"id=")

    for number in range(100):
        dropped = RedisWire(place.url)
        dropped.send(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n" + b"*2\r\n$4\r\nECHO"[: number % 12])
        dropped.close()

    assert eventually(lambda: watcher.ask([b"CLIENT", b"LIST"])[0].count(b"id=") == before, within=10)


PIECES = [*(data for data, _ in SOUND.values()), *(bad for bad in MALFORMED.values() if len(bad) < 100)]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6))
def test_bytes_mean_the_same_whether_they_came_before_or_not(pieces: list[bytes]) -> None:
    known = Known()
    for piece in PIECES * 2:
        Requests(known).feed(piece)

    assert heard(Requests(known), *pieces) == heard(Requests(), *(bytes([one]) for one in b"".join(pieces)))


def test_bytes_that_came_before_are_the_very_same_commands() -> None:
    known, data = Known(), SOUND["two arrays"][0]

    first, again = Requests(known).feed(data), Requests(known).feed(data)

    assert again is first
    assert (first.commands, first.names) == ([[b"PING"], [b"PING"]], [b"PING", b"PING"])


def test_amid_a_command_bytes_are_not_what_they_were_alone() -> None:
    known, data = Known(), SOUND["an array"][0]
    Requests(known).feed(data)

    assert heard(Requests(known), b"*1\r\n$%d\r\n" % len(data), data, b"\r\n") == ([[data]], [])


def test_commands_that_never_come_again_take_no_more_room() -> None:
    known = Known()

    for number in range(2000):
        Requests(known).feed(pack([[b"GET", b"%d" % number]]))

    assert 0 < len(known._heard) <= 512

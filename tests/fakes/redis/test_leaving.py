"""Clients that say no more, or go: their answers still come, and nothing of theirs is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.redis.wire import packed
from tests.waiting import eventually

if TYPE_CHECKING:
    import pytest

    from tests.fakes.redis.house import Place
    from tests.fakes.redis.wire import RedisWire

NAMED = [b"CLIENT", b"SETNAME", b"leaving"]


def is_gone(place: Place) -> bool:
    """Say whether the backend soon has no session of the client that left."""
    looking = place.wire()
    return eventually(lambda: b"name=leaving" not in looking.ask([b"CLIENT", b"LIST"])[0], within=5.0)


def leave(wire: RedisWire, *commands: list[bytes]) -> bytes:
    wire.send(b"".join(packed(command) for command in commands))
    wire.say_no_more()
    return wire.rest()


def test_a_client_that_says_no_more_gets_all_its_answers(place: Place) -> None:
    sent = [[b"INCR", b"n"] for _ in range(1000)]

    answers = leave(place.wire(), NAMED, *sent)

    assert answers == b"+OK\r\n" + b"".join(b":%d\r\n" % number for number in range(1, 1001))
    assert is_gone(place)


def test_a_client_that_says_no_more_gets_the_answer_to_what_a_fault_held_up(place: Place) -> None:
    place.script({"kind": "hang", "seconds": 0.1}, "SET", times=1)

    answers = leave(place.wire(), [b"SET", b"k", b"v"], [b"GET", b"k"])

    assert answers == b"+OK\r\n$1\r\nv\r\n"


def test_a_client_that_goes_while_it_blocks_takes_nothing_with_it(place: Place) -> None:
    answers = leave(place.wire(), NAMED, [b"BLPOP", b"queue", b"0"])

    assert answers == b"+OK\r\n"
    assert is_gone(place)
    assert place.wire().ask([b"RPUSH", b"queue", b"x"], [b"LLEN", b"queue"]) == [b":1\r\n", b":1\r\n"]


def test_a_client_that_goes_while_it_hangs_is_forgotten_however_much_it_has_sent(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fakes.redis.connection._EARLY_MAX", 1)
    script = place.script({"kind": "hang"}, "GET", times=1)
    wire = place.wire()
    wire.ask(NAMED)
    wire.send(packed([b"GET", b"k"]))
    assert eventually(lambda: place.state(script)["hits"] == 1, within=5.0)
    wire.send(packed([b"PING"]))
    assert place.wire().ask([b"PING"]) == [b"+PONG\r\n"]  # the fake has read what came before

    wire.close()

    assert is_gone(place)

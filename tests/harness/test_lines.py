"""A line hands everything on until it is cut or silent, and says what became of that."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from harness.lines import LINES, Line, lines
from harness.lines.relay import MOMENTS
from reports.run import instant
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 5.0
LARGE = b"0123456789abcdef" * 65_536


class Echo:
    """Says again whatever it hears, on each connection until that ends, and remembers it."""

    def __init__(self) -> None:
        self.heard = b""
        self.taken = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.talks: list[threading.Thread] = []
        self._taking = threading.Thread(target=self._take)
        self._taking.start()

    @property
    def url(self) -> str:
        return f"redis://:s3cret@127.0.0.1:{self._listening.getsockname()[1]}/0"

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in (self._taking, *self.talks):
            thread.join(SECONDS)

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.taken += 1
                self.talks.append(threading.Thread(target=self._talk, args=(connection,)))
                self.talks[-1].start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while chunk := connection.recv(65_536):
                self.heard += chunk
                connection.sendall(chunk)


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def line(echo: Echo) -> Iterator[Line]:
    with lines({"redis": echo.url}) as laid:
        yield laid["redis"]


def place_of(line: Line) -> tuple[str, int]:
    host, port = line.url.partition("@")[2].partition("/")[0].split(":")
    return host, int(port)


def call(line: Line) -> socket.socket:
    return socket.create_connection(place_of(line), SECONDS)


def said(connection: socket.socket, words: bytes) -> bytes:
    """Say something and return what comes back (nothing: the connection has ended)."""
    with contextlib.suppress(ConnectionError):
        connection.sendall(words)
        return connection.recv(len(words))
    return b""


def test_everything_is_handed_on_both_ways_and_so_is_the_end(line: Line, echo: Echo) -> None:
    with call(line) as connection:

        def say_all() -> None:
            connection.sendall(LARGE)
            connection.shutdown(socket.SHUT_WR)

        writing = threading.Thread(target=say_all)
        writing.start()
        back = b"".join(iter(lambda: connection.recv(65_536), b""))
        writing.join(SECONDS)

    assert back == LARGE
    assert echo.heard == LARGE
    assert line.heal() is None


def test_a_url_keeps_all_but_its_place(line: Line, echo: Echo) -> None:
    assert line.url == f"redis://:s3cret@127.0.0.1:{place_of(line)[1]}/0"
    assert line.url != echo.url
    assert LINES == ("database", "redis")


def test_a_cut_ends_what_is_open_and_each_new_connection_until_it_is_healed(line: Line, echo: Echo) -> None:
    with call(line) as one, call(line) as other:
        assert [said(each, b"hello") for each in (one, other)] == [b"hello"] * 2
        line.cut()
        ended = [said(each, b"again") for each in (one, other)]
    with call(line) as new:
        ended.append(said(new, b"again"))
    struck = line.times_struck()
    loss = line.heal()
    with call(line) as healed:
        back = said(healed, b"back")

    assert ended == [b"", b"", b""]
    assert back == b"back"
    assert (echo.heard, echo.taken) == (b"hellohelloback", 3)
    assert loss is not None
    assert (loss.fault, struck, len(loss.fired_at)) == ("cut", 3, 3)
    times = [instant(at) for at in (loss.armed_at, *loss.fired_at)]
    assert times == sorted(times)


def test_what_has_ended_on_both_sides_is_no_loss_to_anybody(line: Line, echo: Echo) -> None:
    with call(line) as connection:
        assert said(connection, b"hello") == b"hello"
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    echo.talks[0].join(SECONDS)
    line.cut()

    assert line.times_struck() == 0


def test_who_says_all_at_once_and_ends_is_heard(line: Line) -> None:
    with call(line) as connection:
        connection.sendall(b"all")
        connection.shutdown(socket.SHUT_WR)
        back = b"".join(iter(lambda: connection.recv(3), b""))

    assert back == b"all"


def test_an_end_that_comes_in_silence_is_not_handed_on(line: Line, echo: Echo) -> None:
    with call(line) as connection:
        assert said(connection, b"hello") == b"hello"
        line.fall_silent()
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert echo.talks[0].is_alive()
        line.heal()
        echo.talks[0].join(SECONDS)

    assert not echo.talks[0].is_alive()


def test_of_very_many_strikes_the_first_moments_are_kept(line: Line) -> None:
    line.cut()
    for _ in range(MOMENTS + 1):
        with call(line) as connection:
            assert said(connection, b"hello") == b""
    loss = line.heal()

    assert loss is not None
    assert (loss.times, len(loss.fired_at)) == (MOMENTS + 1, MOMENTS)


def test_nothing_that_silence_swallowed_comes_later_and_who_said_nothing_goes_on(
    line: Line, echo: Echo
) -> None:
    with call(line) as idle, call(line) as before:
        assert [said(each, b"hello") for each in (idle, before)] == [b"hello"] * 2
        line.fall_silent()
        with call(line) as new:
            for connection in (before, new):
                connection.sendall(b"lost")
                connection.settimeout(0.1)
                with pytest.raises(TimeoutError):
                    connection.recv(1)
                connection.settimeout(SECONDS)
            assert eventually(lambda: line.times_struck() == 2, within=SECONDS)
            loss = line.heal()
            ended = [said(each, b"again") for each in (before, new)]
        kept = said(idle, b"kept")

    assert ended == [b"", b""]
    assert kept == b"kept"
    assert echo.heard == b"hellohellokept"
    assert loss is not None
    assert (loss.fault, len(loss.fired_at)) == ("never_answer", 2)


def test_a_loss_that_nobody_met_never_struck(line: Line) -> None:
    line.cut()

    assert line.times_struck() == 0
    loss = line.heal()
    assert loss is not None
    assert loss.fired_at == []
    assert line.times_struck() == 0


def test_where_nobody_is_at_the_other_end_a_connection_is_lost() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gone = taken.getsockname()[1]
    with lines({"redis": f"redis://:s3cret@127.0.0.1:{gone}/0"}) as laid, call(laid["redis"]) as connection:
        assert said(connection, b"hello") == b""


@pytest.mark.parametrize("lose", [Line.cut, Line.fall_silent, Line.heal])
def test_lines_end_with_their_context_whatever_they_do(echo: Echo, lose: object) -> None:
    assert callable(lose)
    threads = threading.active_count()
    with lines({"redis": echo.url}) as laid:
        connection = call(laid["redis"])
        lose(laid["redis"])
    with connection:
        assert said(connection, b"hello") == b""
    with pytest.raises(ConnectionRefusedError):
        call(laid["redis"])
    talking = [thread for thread in threading.enumerate() if thread in echo.talks]
    assert threading.active_count() - len(talking) <= threads


def test_no_line_costs_nothing() -> None:
    threads = threading.active_count()
    with lines({}) as laid:
        assert laid == {}
        assert threading.active_count() == threads

"""The server behind the fake wants a password, or is gone: the fake does its part, or says that it cannot."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.redis.house import real_valkey, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.redis.house import Place

PASSWORD = "opensesame"
LOGIN = [b"AUTH", PASSWORD.encode()]
FAILOVER = {"fault": {"kind": "failover", "lose_writes": 1}}


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    """A real server that wants a password; the address does not tell it."""
    with real_valkey(PASSWORD) as url:
        place = urlsplit(url)
        yield f"redis://{place.hostname}:{place.port}"


def refused(place: Place, method: str, path: str, body: dict[str, Any] | None = None) -> str:
    answer = place.ask(method, path, body)
    assert answer.status_code == 503, answer.text
    return str(answer.json()["error"]["message"])


def test_a_reset_empties_a_locked_server_and_clients_still_log_in_themselves(locked: str) -> None:
    with standing(locked, own_password=PASSWORD) as place:
        stranger, wire = place.wire(), place.wire()
        before = stranger.ask([b"GET", b"k"])
        wire.ask(LOGIN, [b"SET", b"k", b"v"], [b"SET", b"other", b"v"])

        place.reset(key="k")
        one = wire.ask([b"EXISTS", b"k", b"other"])
        place.reset()

        assert before == [b"-NOAUTH Authentication required.\r\n"]
        assert (one, wire.ask([b"DBSIZE"])) == ([b":1\r\n"], [b":0\r\n"])
        assert place.ask("GET", "/health").json()["status"] == "ready"


def test_a_failover_on_a_locked_server_takes_the_write_back(locked: str) -> None:
    with standing(locked, own_password=PASSWORD) as place:
        place.reset()
        writer, reader = place.wire(), place.wire()
        writer.ask(LOGIN, [b"SET", b"k", b"old"])
        script = place.script({"kind": "failover", "lose_writes": 1}, times=1)

        writer.ask([b"SET", b"k", b"new"])

        assert writer.rest() == b""
        assert reader.rest() == b""
        assert place.wire().ask(LOGIN, [b"GET", b"k"])[1] == b"$3\r\nold\r\n"
        assert place.state(script)["hits"] == 1


@pytest.mark.parametrize(("password", "reason"), [(None, "NOAUTH"), ("wrong", "WRONGPASS")])
def test_where_the_fake_cannot_log_in_it_says_so(locked: str, password: str | None, reason: str) -> None:
    with standing(locked, own_password=password) as place:
        assert reason in refused(place, "POST", "/reset", {})
        assert reason in refused(place, "POST", "/scripts", FAILOVER)
        assert reason in refused(place, "GET", "/health")
        assert place.ask("GET", "/scripts").json()["scripts"] == []
        assert place.ask("POST", "/scripts", {"fault": {"kind": "hang"}}).status_code == 201


def test_where_the_server_has_gone_the_fake_says_so() -> None:
    with ExitStack() as server:
        url = server.enter_context(real_valkey())
        with standing(url) as place:
            place.reset()
            wire = place.wire()
            wire.ask([b"PING"])
            place.script({"kind": "error", "error": "OOM"})
            server.close()

            assert wire.rest() == b""
            where = f"no server answers at 127.0.0.1:{urlsplit(url).port}"
            assert where in refused(place, "GET", "/health")
            assert where in refused(place, "POST", "/reset", {})
            assert where in refused(place, "POST", "/scripts", FAILOVER)
            assert place.ask("GET", "/scripts").json()["scripts"] == []  # what needs no server is forgotten
            assert place.wire().rest() == b""

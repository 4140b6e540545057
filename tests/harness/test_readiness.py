"""Whether an engine is up, and what is said of one that is not."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from harness.worlds import NotReadyError, readiness
from harness.worlds.readiness import wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = b'{"unavailable_dependencies": ["iam", "redis"]}'
DEAF = "iam (at http://fake) never heard from it: is the address in target.env right?"
FAKES = {"iam": "http://fake", "eris": "http://other"}


@contextmanager
def answering(status: int, body: bytes = b"{}") -> Iterator[str]:
    """Run an engine that answers each GET with this, and give its address."""

    class Engine(BaseHTTPRequestHandler):
        wbufsize = -1  # head and body leave as one: a client that puts off its ACK would hold the body up

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Engine) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5.0)


def never_ready(origin: str, seconds: float = 0.1) -> NotReadyError:
    with pytest.raises(NotReadyError) as caught:
        wait_until_ready(origin, "/ready", seconds, lambda: None, FAKES)
    return caught.value


@pytest.mark.parametrize("status", [200, 204])
def test_an_engine_that_says_so_is_ready(status: int) -> None:
    with answering(status, b"") as origin:
        assert wait_until_ready(origin, "/ready", 5.0, lambda: None).note == ""


@pytest.mark.parametrize("status", [404, 405, 501, 401, 302])
def test_an_engine_without_a_readiness_route_is_up(status: int) -> None:
    with answering(status) as origin:
        note = wait_until_ready(origin, "/ready", 5.0, lambda: None).note

    assert note == f"/ready says {status}: the engine is up, but has no readiness route to say so"


@pytest.mark.parametrize(
    ("heard", "line"),
    [
        (
            [],
            f"unavailable: iam, redis; {DEAF}",
        ),
        ([{}], "unavailable: iam, redis"),
    ],
)
def test_an_engine_that_is_never_ready_names_what_it_misses(
    heard: list[object], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "_journal", lambda _: heard)

    with answering(503, MISSING) as origin:
        error = never_ready(origin)

    assert error.line.endswith(f": /ready says 503, {line}")
    assert error.dependencies == ("iam", "redis")


@pytest.mark.parametrize("body", [b"", b"[]", b'"iam"', b'{"unavailable_dependencies": "iam"}'])
def test_one_that_does_not_say_what_it_misses_is_not_ready_either(body: bytes) -> None:
    with answering(500, body) as origin:
        error = never_ready(origin)

    assert error.line.endswith(": /ready says 500")
    assert error.dependencies == ()


def test_one_that_has_ended_is_not_waited_for() -> None:
    def check_alive() -> None:
        raise RuntimeError("it ended")

    with answering(503) as origin, pytest.raises(RuntimeError, match="it ended"):
        wait_until_ready(origin, "/ready", 60.0, check_alive)

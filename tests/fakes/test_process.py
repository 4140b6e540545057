"""`python -m fakes` as another program sees it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from fakes.__main__ import main
from fakes.catalogue import FAKES, REDIS, REDIS_CONTROL
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "fakes")


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        (*COMMAND, *arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def urls_of(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    urls: dict[str, str] = json.loads(process.stdout.readline())
    return urls


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 -- our own http URL
        return str(reply.read(), "utf-8")


def answer(url: str, request: bytes) -> bytes:
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=5) as client:
        client.sendall(request)
        return client.recv(100)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*COMMAND, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )


def test_every_fake_is_ready_when_its_url_is_printed() -> None:
    with started() as process:
        urls = urls_of(process)

        assert list(urls) == [*FAKES, REDIS, REDIS_CONTROL]
        assert answer(urls.pop(REDIS), b"PING\r\n") == b"+PONG\r\n"
        for name, url in urls.items():
            assert json.loads(read(f"{url}/__fake__/health")) == {
                "name": name.removesuffix("-control"),
                "status": "ready",
            }


def test_only_those_named_are_started_on_the_ports_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]

    with started("--only", "eris,iam", "--port", f"iam={port}") as process:
        urls = urls_of(process)

    assert list(urls) == ["iam", "eris"]
    assert urls["iam"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_and_cleanly_even_with_hung_connections(number: signal.Signals) -> None:
    with started("--only", "policy") as process:
        url = urls_of(process)["policy"]
        order = json.dumps({"fault": {"kind": "never_answer"}}).encode()
        urllib.request.urlopen(f"{url}/__fake__/scripts", order, timeout=5).close()  # noqa: S310 -- our own http URL
        place = urlsplit(url)
        with socket.create_connection((place.hostname, place.port), timeout=5) as hung:
            hung.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert eventually(lambda: "GET /health" in read(f"{url}/__fake__/journal"), within=5)

            began = time.monotonic()
            process.send_signal(number)
            _, errors = process.communicate(timeout=10)
            took = time.monotonic() - began

    assert (process.returncode, errors) == (0, "")
    assert took < 3.0


def test_an_occupied_port_is_one_line_that_names_it_and_the_mend() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = run("--port", f"eris={port}")

    assert ended.returncode == 3
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert str(port) in line
    assert "another port" in line


@pytest.mark.parametrize("arguments", [("--only", "eris,nobody"), ("--port", "nobody=1")])
def test_an_unknown_name_is_one_line_that_names_those_that_there_are(arguments: tuple[str, str]) -> None:
    ended = run(*arguments)

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert "nobody" in line
    assert "eris" in line


@pytest.mark.parametrize("names", ["", " , ", "iam,"])
def test_an_empty_name_is_called_so(names: str) -> None:
    ended = run("--only", names)

    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("fakes: an empty name; there are iam, ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--only", "redis-control"), ("--only redis-control", "name redis")),
        (("--only", "iam", "--port", "eris=1"), ("--port eris=1", "--only")),
        (("--only", "iam", "--port", "redis-control=1"), ("--port redis-control=1", "redis is not started")),
        (("--only", "iam", "--redis-upstream", "redis://127.0.0.1"), ("--redis-upstream", "--only")),
        (("--redis-upstream", "nonsense"), ("--redis-upstream nonsense", "redis://")),
        (("--redis-upstream", "redis://h:x"), ("--redis-upstream redis://h:x", "redis://[")),
        (("--redis-upstream", "rediss://u:secret@h:1"), ("--redis-upstream h:1", "redis://[")),
        (("--redis-upstream", "redis://u:secret@h:1/3"), ("--redis-upstream h:1/3", "database")),
        (("--host", ""), ("--host", "leave it out")),
    ],
)
def test_wrong_usage_is_one_line_that_names_it_and_the_mend(
    arguments: tuple[str, ...], told: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    (line,) = said.err.splitlines()
    assert all(words in line for words in told)
    assert "secret" not in line


def test_blanks_around_names_are_none_of_them() -> None:
    with started("--only", " governance , ubi", "--port", "ubi=0") as process:
        assert list(urls_of(process)) == ["ubi", "governance"]


@pytest.mark.parametrize("text", ["iam", "iam=", "iam=x", "iam=70000"])
def test_a_port_that_is_none_is_wrong_usage(text: str) -> None:
    assert run("--port", text).returncode == 2


@pytest.mark.parametrize(("arguments", "reached"), [((), False), (("--host", "0.0.0.0"), True)])  # noqa: S104 -- the test
def test_who_is_elsewhere_reaches_them_only_where_they_listen_everywhere(
    arguments: tuple[str, ...], *, reached: bool
) -> None:
    with started("--only", "ubi", *arguments) as process:
        url = urls_of(process)["ubi"]
        place = urlsplit(url)
        with socket.socket() as elsewhere:  # every address that begins with 127 is this machine's
            refused = elsewhere.connect_ex(("127.0.0.2", place.port or 0))

    assert place.hostname == "127.0.0.1"
    assert (refused == 0) is reached


def test_the_url_of_an_ipv6_address_can_be_asked() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")

    with started("--only", "ubi,redis", "--host", "::1") as process:
        urls = urls_of(process)

        assert all("//[::1]:" in url for url in urls.values())
        assert json.loads(read(f"{urls['ubi']}/__fake__/health"))["status"] == "ready"
        assert answer(urls[REDIS], b"PING\r\n") == b"+PONG\r\n"


def test_a_host_that_nobody_knows_is_one_line_that_names_it() -> None:
    ended = run("--only", "ubi", "--host", "nonsense.invalid")

    assert (ended.returncode, ended.stdout) == (3, "")
    (line,) = ended.stderr.splitlines()
    assert "nonsense.invalid is not known" in line
    assert "stop what listens" not in line


def test_an_address_that_is_not_ours_is_one_line_that_names_it() -> None:
    ended = run("--only", "ubi", "--host", "192.0.2.1")

    assert (ended.returncode, ended.stdout) == (3, "")
    assert "192.0.2.1" in ended.stderr


def test_a_redis_upstream_that_is_not_there_is_one_line_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]

    ended = run("--only", "redis", "--redis-upstream", f"redis://127.0.0.1:{port}")

    assert (ended.returncode, ended.stdout) == (3, "")
    (line,) = ended.stderr.splitlines()
    assert f"127.0.0.1:{port}" in line


def test_the_redis_fake_stands_in_front_of_the_server_that_it_is_given() -> None:
    with started("--only", "redis") as behind:
        upstream = urls_of(behind)[REDIS]
        with started("--only", "redis", "--redis-upstream", upstream) as process:
            urls = urls_of(process)

            assert list(urls) == [REDIS, REDIS_CONTROL]
            assert answer(urls[REDIS], b"SET k v\r\n") == b"+OK\r\n"
            assert answer(upstream, b"GET k\r\n") == b"$1\r\nv\r\n"

"""`mmm up` keeps what an engine needs, says so when it is ready, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]  # it has no types
import httpx
import psutil
import pytest
import redis

from harness.processes import free_port
from tests.waiting import eventually

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from typing import Any

    from tests.acceptance.command import Desk

FAKES = {"redis", "iam", "policy", "eris", "llm", "ubi", "governance", "alerting", "otlp"}


@contextlib.contextmanager
def up(desk: Desk, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Start `mmm up --json` and give it, ready, with what it printed; it never outlives a test."""
    process = desk.start("up", "--json", *arguments)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate(timeout=30)[1]
        yield process, json.loads(line)
    finally:
        process.kill()
        process.communicate()


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    """Send a signal; return the exit code and what else was printed."""
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


async def one(url: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT 1")
    finally:
        await connection.close()


def test_all_of_it_is_ready_when_it_is_printed(desk: Desk) -> None:
    with up(desk) as (process, offer):
        environment, tokens = offer["environment"], offer["tokens"]
        health = {name: httpx.get(f"{url}/health").json()["status"] for name, url in offer["control"].items()}
        verified = {
            name: httpx.post(f"{environment['IAM_SERVICE_URL']}/verify", json={"token": token}).json()
            for name, token in tokens.items()
        }
        selected = asyncio.run(one(environment["DATABASE_URL"]))
        with redis.Redis.from_url(environment["REDIS_URL"]) as client:
            pinged = client.ping()
        code, out, err = end(process, signal.SIGINT)

    assert (selected, pinged) == (1, True)
    assert health == dict.fromkeys(FAKES, "ready")
    assert {name: answer["roles"] for name, answer in verified.items()} == {
        "developer": ["developer"],
        "admin": ["mmm_admin"],
        "tenant_admin": ["tenant_admin"],
        "approver": ["mmm_approver"],
        "ci_bot": ["ci_bot"],
    }
    assert {answer["tenant_id"] for answer in verified.values()} == {offer["tenant_id"]}
    assert verified["ci_bot"]["actor_type"] == "service"
    assert (code, out) == (0, "")
    assert "all is ready" in err


def test_a_kill_leaves_nothing(desk: Desk) -> None:
    with up(desk, "--only", "database,redis,iam") as (process, _):
        during = desk.left_behind()
        code, _, _ = end(process, signal.SIGKILL)

    assert code == -signal.SIGKILL
    assert len(during) >= 4
    assert eventually(lambda: not desk.left_behind(), within=5.0), desk.left_behind()


def test_ports_are_where_they_were_asked_to_be(desk: Desk) -> None:
    base = free_port()

    with up(desk, "--only", "redis,eris", "--port-base", str(base)) as (process, offer):
        code, _, _ = end(process, signal.SIGTERM)

    assert code == 0
    assert set(offer["environment"]) == {"REDIS_URL", "ERIS_SERVICE_URL", "ERIS_SIGNING_KEY"}
    assert urlsplit(offer["environment"]["REDIS_URL"]).port == base + 1
    assert urlsplit(offer["control"]["redis"]).port == base + 10
    assert urlsplit(offer["environment"]["ERIS_SERVICE_URL"]).port == base + 4
    assert offer["tokens"] == {}


def test_who_comes_from_elsewhere_must_know_the_password(desk: Desk) -> None:
    address = elsewhere()

    with up(desk, "--only", "database,redis,ubi", "--host", "0.0.0.0") as (_, offer):  # noqa: S104 - the test
        environment = {name: urlsplit(url) for name, url in offer["environment"].items()}
        database, cache = environment["DATABASE_URL"], environment["REDIS_URL"]
        known = asyncio.run(one(f"postgresql://mmm:{database.password}@{address}:{database.port}/mmm"))
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(one(f"postgresql://mmm:guess@{address}:{database.port}/mmm"))
        with redis.Redis(address, cache.port or 0) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
        fake = urlsplit(offer["control"]["ubi"])
        health = httpx.get(f"http://{address}:{fake.port}/__fake__/health").status_code
        with redis.Redis.from_url(cache.geturl()) as client:
            client.set("k", "v")
            reset = httpx.post(f"{offer['control']['redis']}/reset", json={}).status_code
            left = client.dbsize()

    assert (known, health) == (1, 200)
    assert (reset, left) == (200, 0)
    assert {url.hostname for url in environment.values()} == {"127.0.0.1"}


def elsewhere() -> str:
    """Return an address of this machine that is not loopback."""
    every = (found for addresses in psutil.net_if_addrs().values() for found in addresses)
    outer = [found.address for found in every if found.family == socket.AF_INET]
    return next((address for address in outer if not address.startswith("127.")), "127.0.0.2")


def test_a_service_that_ends_is_told(desk: Desk) -> None:
    with up(desk, "--only", "redis") as (process, offer):
        assert offer["environment"]["REDIS_URL"]
        below = psutil.Process(process.pid).children(recursive=True)
        (server,) = (child for child in below if child.name() == "valkey-server")
        server.kill()
        _, err = process.communicate(timeout=30)

    assert process.returncode == 3
    assert "Redis ended" in err.splitlines()[-1]


def test_the_redis_that_it_gives_is_a_real_one_that_can_be_scripted(desk: Desk) -> None:
    with up(desk, "--only", "redis") as (_, offer):
        control = offer["control"]["redis"]
        with redis.Redis.from_url(offer["environment"]["REDIS_URL"]) as client:
            client.set("key", "value")
            script = {"operation": "GET", "fault": {"kind": "error", "error": "OOM"}, "times": 1}
            httpx.post(f"{control}/scripts", json=script).raise_for_status()
            with pytest.raises(redis.OutOfMemoryError):
                client.get("key")
            after = client.get("key")
            server = client.info("server")["server_name"]
        asked = [entry["command"] for entry in httpx.get(f"{control}/journal").json()["entries"]]

    assert (after, server) == (b"value", "valkey")
    assert asked.count("GET") == 2
    assert "PING" not in asked

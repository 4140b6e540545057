"""Storage is real, ready when it is handed out, and gone afterwards."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]  # it has no types
import pytest

from harness.processes import free_port, kept_port, port_taken, ports, work_directory
from harness.services import cluster, fakes, fallen, postgresql, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def work_dir() -> Iterator[Path]:
    with work_directory() as directory:
        yield directory


async def fetch(url: str, *statements: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def test_databases_of_one_server_are_apart(work_dir: Path) -> None:
    with postgresql(work_dir) as server:
        first, second = server.create_database(), server.create_database()

        kept = asyncio.run(
            fetch(first, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (7)", "SELECT n FROM t")
        )
        other = asyncio.run(fetch(second, "SELECT to_regclass('t')"))
        zone = asyncio.run(fetch(second, "SHOW timezone"))

    assert (kept, other, zone) == (7, None, "UTC")
    assert first.startswith("postgresql://")
    assert not port_taken(urlsplit(first).port or 0)


def test_a_server_whose_wheel_cannot_be_reached_runs_from_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_runs", lambda *_: False)

    with work_directory() as directory, postgresql(directory) as server:
        answer = asyncio.run(fetch(server.admin_url, "SELECT 1"))
        copied = list(directory.glob("postgresql/programs/*/pginstall/bin/postgres"))

    assert answer == 1
    assert len(copied) == 1


def test_valkey_is_empty_and_answers(work_dir: Path) -> None:
    with valkey(work_dir, work_dir / "cache") as url:
        parts = urlsplit(url)
        port = parts.port or 0
        with socket.create_connection((parts.hostname, port), timeout=5) as connection:
            connection.sendall(b"DBSIZE\r\n")
            size = connection.recv(64)

    assert size == b":0\r\n"
    assert not port_taken(port)


def test_a_server_takes_no_port_that_another_harness_keeps(
    monkeypatch: pytest.MonkeyPatch, work_dir: Path, tmp_path: Path
) -> None:
    port, kept = kept_port()
    monkeypatch.setattr(ports, "BELOW_EPHEMERAL", (port,))
    monkeypatch.setattr(ports, "TRIES", 1)

    with kept, work_directory() as folder, postgresql(folder) as server, valkey(work_dir, tmp_path) as cache:
        bound = [urlsplit(url).port for url in (server.admin_url, cache)]

    assert port not in bound
    assert free_port() == port  # nobody listens there: it was kept


def test_services_that_have_ended_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.services.standing.PATIENCE", 60.0)
    with (
        work_directory() as folder,
        postgresql(folder) as server,
        valkey(folder, folder / "valkey") as redis,
        fakes(folder, folder / "fakes") as urls,
    ):
        standing = fallen(server.admin_url, redis, urls)

    began = time.monotonic()
    ended = fallen(server.admin_url, redis, urls)

    assert standing == ()
    assert ended == ("PostgreSQL", "Redis", "the process of the fakes")
    assert time.monotonic() - began < 10.0
    assert fallen(None, None, {}) == ()


def test_a_service_that_stays_silent_has_fallen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.services.standing.PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"

        assert fallen(None, url, {}) == ("Redis",)

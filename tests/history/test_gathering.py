"""A history has what is ours to look at: what is late is waited for, and nothing secret is in it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import TYPE_CHECKING

import httpx
import pytest

from fakes.running import running_fakes
from harness.driving.sent import note_secrets, sent_secrets
from harness.history import CHECKS, History, gathering
from harness.history.gathering import gather, scrape, told
from harness.worlds import World
from harness.worlds.logs import keep_logs
from reports.record import (
    EngineStarted,
    Exchange,
    ExchangeRecorded,
    FaultInjected,
    ScenarioFinished,
    StageFinished,
)
from tests.fakes.receipts import Signer, receipt
from tests.history.sound import Run, Tenant, begin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reports.record import Event

NOW = "2026-03-01T12:00:00Z"


def a_world(folder: Path, fakes: Mapping[str, str], *urls: str, public_key: str | None = None) -> World:
    return World(
        engine_urls=urls,
        base_path="/v1/mmm",
        ready_path="/ready",
        work_dir=str(folder),
        run_dir=str(folder / "run"),
        profile="",
        seed=1,
        fakes=dict(fakes),
        signing_public_key=public_key,
        engine_logs=(str(folder / "engine-0.log"),),
        controllable=True,
    )


def recorded(exchanges: Sequence[Exchange]) -> list[Event]:
    return [ExchangeRecorded(at=one.at, exchange=one) for one in exchanges]


def breaches_of(name: str, history: History) -> list[str]:
    check = next(one for one in CHECKS if one.name == name)
    return [breach.what for breach in check.breaches(history)]


@contextmanager
def metrics_of(*texts: str) -> Iterator[str]:
    """Serve these metrics in turn, as processes do that have one address and numbers of their own."""
    turns = cycle(texts)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = next(turns).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


async def test_a_receipt_that_is_late_is_waited_for(tmp_path: Path) -> None:
    run, tenant, signer = Run(), Tenant(1), Signer.new()
    run.decide(tenant, tenant.person("developer"), 0)
    inputs = receipt()["inputs"] | {"decision_id": tenant.decisions[0][0]}
    late = signer.signed(receipt(tenant.id, inputs=inputs))
    first = signer.signed(receipt("tenant-0"))

    async with running_fakes(only=["eris"]) as fakes, httpx.AsyncClient(base_url=fakes.urls["eris"]) as eris:
        await eris.put("/__fake__/keys/key-1", json={"public_key": signer.public_key, "status": "active"})
        await eris.post("/v1/evidence/receipts", json=first)
        world = a_world(tmp_path, fakes.urls, public_key=signer.public_key)
        waiting = asyncio.create_task(
            gather(world, recorded(run.exchanges), before=None, secrets=[], alive=True)
        )
        await asyncio.sleep(0.1)
        answer = await eris.post("/v1/evidence/receipts", json=late)
        history = await waiting

    assert answer.status_code == 200
    assert history.settled
    assert [one["tenant_id"] for one in history.receipts or ()] == ["tenant-0", tenant.id]
    assert breaches_of("receipts", history) == []


async def test_nobody_waits_for_an_engine_that_has_ended_nor_calls_its_receipts_lost(tmp_path: Path) -> None:
    run, tenant, signer = Run(), Tenant(1), Signer.new()
    run.decide(tenant, tenant.person("developer"), 0)

    async with running_fakes(only=["eris"]) as fakes:
        world = a_world(tmp_path, fakes.urls, public_key=signer.public_key)
        dead = await gather(world, recorded(run.exchanges), before="", secrets=[], alive=False)
        silent = await gather(world, recorded(run.exchanges), before=None, secrets=[], alive=True)

    assert breaches_of("receipts", dead) == []
    assert dead.numbers is None
    assert breaches_of("receipts", silent) == ["no receipt of a decision"]


async def test_processes_behind_one_address_are_told_from_one_that_speaks_for_all(tmp_path: Path) -> None:
    run = Run()
    begin(run, 2)
    events = recorded(run.exchanges)
    with metrics_of(run.metrics()) as one, metrics_of(run.metrics(), "") as several:
        sound = await gather(a_world(tmp_path, {}, one), events, before="", secrets=[], alive=True)
        mixed = await gather(a_world(tmp_path, {}, several), events, before="", secrets=[], alive=True)

    assert sound.numbers is not None
    assert mixed.numbers is not None
    assert (sound.numbers.steady, mixed.numbers.steady) == (True, False)
    assert breaches_of("metrics", sound) == breaches_of("metrics", mixed) == []


async def test_processes_that_mostly_agree_are_told_from_one(tmp_path: Path) -> None:
    run = Run()
    begin(run, 2)
    half = run.metrics().replace(" 1", " 0")
    # A first look meets one process alone, a later one both.
    with metrics_of(*[half] * gathering.ASKED_AT_ONCE, half, run.metrics(), half, half) as url:
        history = await gather(
            a_world(tmp_path, {}, url), recorded(run.exchanges), before="", secrets=[], alive=True
        )

    assert history.numbers is not None
    assert not history.numbers.steady
    assert breaches_of("metrics", history) == []


async def test_before_a_run_processes_that_differ_tell_nothing(tmp_path: Path) -> None:
    with (
        metrics_of('mmm_decisions_total{tenant_id="a"} 1') as one,
        metrics_of("", "mmm_actions_total 1") as two,
    ):
        assert await scrape(a_world(tmp_path, {}, one)) == 'mmm_decisions_total{tenant_id="a"} 1'
        assert await scrape(a_world(tmp_path, {}, two)) is None


@pytest.mark.parametrize(("part", "pause"), [(b"#", 0.05), (b"#" * 65_536, 0.0)])
async def test_metrics_that_never_end_are_none(
    part: bytes, pause: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "SCRAPED_WITHIN", 0.4)
    monkeypatch.setattr(gathering, "LARGEST_METRICS", 500_000)
    sent = 0

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError), closing(writer):
            while True:
                writer.write(part)
                sent += len(part)
                await writer.drain()
                await asyncio.sleep(pause)

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(5.0):
            assert await scrape(a_world(tmp_path, {}, f"http://127.0.0.1:{port}")) is None

    assert sent < 50_000_000


async def test_what_an_engine_struck_out_itself_is_no_secret_of_ours(tmp_path: Path) -> None:
    struck = '{"authorization":"<redacted>"}\n<private key>\n<token:0123456789ab>\n'
    (tmp_path / "engine-0.log").write_text(struck, "utf-8")
    own = tmp_path / "own.log"
    own.write_text(struck, "utf-8")
    keep_logs(tmp_path / "run", "own-it", [own], ["c2VjcmV0LXNpZ25pbmcta2V5"])

    history = await gather(a_world(tmp_path, {}), [], before=None, secrets=["x" * 20], alive=True)

    assert [len(log.lines) for log in history.logs] == [3, 3]
    assert breaches_of("logs", history) == []


async def test_secrets_in_logs_are_seen_and_not_kept(tmp_path: Path) -> None:
    key, sent = "c2VjcmV0LXNpZ25pbmcta2V5LW9mLW91cnM=", "password = 'Tr0ub4dor-abcdefghijkl'"
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"
    note_secrets(tmp_path, [sent])
    note_secrets(tmp_path, [])
    (tmp_path / "engine-0.log").write_text(f'started\nkey {key}\nsaw {token}\n"{sent}"\nword\n', "utf-8")
    (tmp_path / "run" / "logs").mkdir(parents=True)
    (tmp_path / "run" / "logs" / "engine-own-it-0.log").write_text("fine <redacted>\n<token:0123456789ab>\n")
    secrets = [key, "word", *sent_secrets(tmp_path)]

    history = await gather(a_world(tmp_path, {}), [], before=None, secrets=secrets, alive=True)

    assert breaches_of("logs", history) == [
        "a secret in a log line",
        "a token in a log line",
        "a secret in a log line",
        "a token in a log line",
    ]
    for secret in (key, token, sent):
        assert secret not in repr(history)


def test_what_was_touched_is_known_from_the_events(tmp_path: Path) -> None:
    def ended(scenario: str, *kinds: str) -> ScenarioFinished:
        return ScenarioFinished(
            at=NOW,
            scenario=scenario,
            suite="features",
            title="It.",
            requirements=("FR-7",),
            outcome="passed",
            seconds=0.1,
            kinds=kinds,
        )

    def struck(scenario: str, dependency: str) -> FaultInjected:
        return FaultInjected(at=NOW, scenario=scenario, dependency=dependency, fault="kill -9", armed_at=NOW)

    events: list[Event] = [
        EngineStarted(at=NOW, url="http://a", seconds=1.0),
        EngineStarted(at=NOW, url="http://b", seconds=1.0, scenario="a::own"),
        ended("a::moved", "time", "wire"),
        ended("a::quiet", "wire"),
        struck("a::killed", "engine"),
        struck("a::down", "eris"),
    ]

    history = told(a_world(tmp_path, {}), events)

    assert history.own_worlds == {"a::own"}
    assert history.disturbed == {"a::moved", "a::killed"}
    assert history.since == ""


@pytest.mark.parametrize(
    ("stage", "problem", "cut"),
    [
        ("scenarios", "not done after 900 s", "scenarios: not done after 900 s"),
        ("scenarios", "", ""),
        ("contracts-1", "not done after 975 s", ""),
    ],
)
def test_what_ended_before_its_time_is_known_where_everything_should_be_recorded(
    stage: str, problem: str, cut: str, tmp_path: Path
) -> None:
    ended = StageFinished(at=NOW, stage=stage, seconds=1.0, problem=problem)

    assert told(a_world(tmp_path, {}), [ended]).cut == cut

"""A real load generator against a stand-in: what is slow or refuses is found, and nothing is verified."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from harness.load import Shape, run_load
from harness.load.machine import Shares
from harness.worlds import World, save_world
from reports.record import Event, ExchangeRecorded, FindingRecorded, LoadMeasured, ScenarioFinished
from reports.run import read_events
from tests.load import standin
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = Shape(per_minute=600, seconds=2)


@pytest.fixture(scope="module")
def iam() -> Iterator[dict[str, str]]:
    """Give the IAM fake."""
    command = [sys.executable, "-m", "fakes", "--only", "iam"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def a_world(url: str, fakes: dict[str, str], where: Path, *, missing: tuple[str, ...] = ()) -> World:
    return World(
        engine_urls=(url,),
        base_path="/v1/mmm",
        ready_path="/v1/mmm/ready",
        work_dir=str(where / "work"),
        run_dir=str(where),
        profile="standin.toml",
        seed=3,
        fakes=fakes,
        missing_operations=missing,
    )


@pytest.fixture(autouse=True)
def _quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out how busy this machine is: it may be, with other tests."""
    monkeypatch.setattr("harness.load.run.Watch.shares", lambda _: Shares(foreign=0.0, idle=1.0))


def load(
    server: standin.Standin, fakes: dict[str, str], where: Path, shape: Shape = QUICK
) -> tuple[ScenarioFinished, list[Event]]:
    events: list[Event] = []
    return run_load(a_world(server.url, fakes, where), shape, events.append), events


def test_a_fast_engine_is_measured_in_both_lanes_and_not_verified(
    iam: dict[str, str], tmp_path: Path
) -> None:
    with standin.running() as server:
        finished, events = load(server, iam, tmp_path)

    measured = {event.lane: event for event in events if isinstance(event, LoadMeasured)}
    rows = (tmp_path / "load" / "ide.jsonl").read_text().splitlines()
    assert (finished.outcome, finished.kinds) == ("not_exercised", ())
    assert finished.reason.startswith(
        ("smoke: 2 s cannot verify NFR-1 (p95 ide ", "this machine was too busy")
    )
    assert set(measured) == {"ide", "ci"}
    assert [json.loads(row)["ms"] for row in rows] == list(measured["ide"].latencies_ms)
    assert all(each.smoke and each.failures == 0 and each.latencies_ms for each in measured.values())
    assert len(server.tokens) > 10
    assert not any("Bearer ey" in repr(event) for event in events)


def test_a_slow_lane_violates_nfr_1_with_its_figures(iam: dict[str, str], tmp_path: Path) -> None:
    with standin.running(slow={"ide": 0.7}) as server:
        finished, events = load(server, iam, tmp_path)

    findings = [event.finding for event in events if isinstance(event, FindingRecorded)]
    recorded = [event.exchange.id for event in events if isinstance(event, ExchangeRecorded)]
    assert (finished.outcome, finished.requirements, finished.kinds) == ("failed", ("NFR-1",), ("load",))
    assert [(each.rule, each.operation) for each in findings] == [("load:p95:ide", "POST /decide")]
    assert findings[0].requirements == ("NFR-1",)
    assert "over 150 ms" in findings[0].title
    assert "$TOKEN_" in findings[0].curl
    assert set(findings[0].exchanges) <= set(recorded)


def test_answers_that_are_no_decisions_violate_nfr_1(iam: dict[str, str], tmp_path: Path) -> None:
    with standin.running(fail_after=15) as server:
        finished, events = load(server, iam, tmp_path)

    rules = {event.finding.rule for event in events if isinstance(event, FindingRecorded)}
    assert finished.outcome == "failed"
    assert {"load:failures:ide", "load:failures:ci"} <= rules


@pytest.mark.parametrize(
    ("refuses", "rule", "requirement"),
    [
        ("/publish", "given a playbook is published", "FR-3"),
        ("/decide", "given a decision is made", "UT-MMM-01"),
    ],
)
def test_a_refused_given_is_blamed_on_its_own_requirement(
    iam: dict[str, str], tmp_path: Path, refuses: str, rule: str, requirement: str
) -> None:
    with standin.running(refuses=refuses) as server:
        finished, events = load(server, iam, tmp_path)

    findings = [event.finding for event in events if isinstance(event, FindingRecorded)]
    assert (finished.outcome, finished.finding) == ("blocked", findings[0].id)
    assert [(each.rule, each.requirements) for each in findings] == [(rule, (requirement,))]
    assert not any(isinstance(event, LoadMeasured) for event in events)


def test_what_cannot_be_made_is_not_exercised(tmp_path: Path) -> None:
    with standin.running() as server:
        attached = run_load(a_world(server.url, {}, tmp_path), QUICK, list[Event]().append)
        lacking = a_world(server.url, {"iam": "http://127.0.0.1:1"}, tmp_path, missing=("POST /decide",))
        missing = run_load(lacking, QUICK, list[Event]().append)

    assert attached.outcome == missing.outcome == "not_exercised"
    assert "IAM" in attached.reason
    assert "missing" in missing.reason


def test_a_generator_that_cannot_run_is_unknown_and_says_why(
    iam: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('no such plan')\n")
    monkeypatch.setattr("harness.load.generator.SCENARIO", broken)

    with standin.running() as server:
        finished, _ = load(server, iam, tmp_path)

    assert finished.outcome == "unknown"
    assert "load generator" in finished.reason


def test_the_command_writes_its_events_and_ends_at_once_when_told_to(
    iam: dict[str, str], tmp_path: Path
) -> None:
    world_file = tmp_path / "world.json"
    with standin.running() as server:
        save_world(a_world(server.url, iam, tmp_path), world_file)
        command = [sys.executable, "-m", "harness.load", "--world", str(world_file), "--seconds", "60"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                assert eventually(lambda: len(server.sources) > 12, within=20)
                children = psutil.Process(process.pid).children(recursive=True)
                started = time.monotonic()
                process.send_signal(signal.SIGTERM)
                process.wait(5)
            finally:
                process.kill()

    assert time.monotonic() - started < 5
    assert children
    assert eventually(lambda: not any(_runs(child) for child in children), within=5)
    assert any(isinstance(event, ExchangeRecorded) for event in read_events(tmp_path))


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def test_nothing_of_gevent_is_in_the_process_that_tells() -> None:
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, harness.load.__main__; print({'gevent', 'locust'} & set(sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert seen.stdout.strip() == "set()"

"""Section 10: several workers behind one address are one engine, and end with the one who keeps them."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import uuid4

import psutil
import pytest
from prometheus_client.metrics_core import GaugeMetricFamily

from engine.__main__ import main
from engine.dependencies.breaker import State
from engine.observe.metrics import CIRCUITS, worst
from engine.settings import load_settings
from engine.workers import Worker
from harness.processes import free_port, wait_until
from tests.engine.house import CHECKOUT, action, running_engine, talking

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.house import Engine, Place, Talk

TWO = ("engine", "--workers", "2")


def workers_of(pid: int) -> set[psutil.Process]:
    children = psutil.Process(pid).children()
    living = (child for child in children if child.status() != psutil.STATUS_ZOMBIE)
    return {child for child in living if "spawn_main" in " ".join(child.cmdline())}


async def decide_often(engine: Engine, place: Place, talk: Talk, times: int) -> None:
    """Ask over many connections, so that every worker gets some."""
    for _ in range(times):
        async with talking(engine, place) as another:
            another.tenant = talk.tenant
            await another.decided()


async def counted(talk: Talk, times: int) -> None:
    """Claim the sum, whichever worker is asked."""
    for _ in range(4):
        text = (await talk.client.get("/metrics", headers={"Connection": "close"})).text
        assert f'mmm_decisions_total{{actor_type="human",tenant_id="{talk.tenant}"}} {times}.0' in text
        assert f'mmm_actions_total{{action_type="mirror",tenant_id="{talk.tenant}"}} {times}.0' in text
        assert f"mmm_decision_latency_seconds_count {times}.0" in text
        assert text.count(f'{CIRCUITS}{{name="iam"}} 0.0') == 1


async def test_workers_are_one_engine_and_end_with_their_parent(place: Place, work: Path) -> None:
    database = f"sqlite:///{work / uuid4().hex}.db"
    with running_engine(place, database, *TWO) as engine:
        async with talking(engine, place) as talk:
            await talk.publish(action("mirror"))
            await decide_often(engine, place, talk, 12)
            await counted(talk, 12)

            before = workers_of(engine.process.pid)
            await asyncio.to_thread(next(iter(before)).kill)

            def replaced() -> bool:
                return len(workers_of(engine.process.pid) - before) == 1

            assert await asyncio.to_thread(wait_until, replaced, 20.0)
            await decide_often(engine, place, talk, 6)
            await counted(talk, 18)

        family = psutil.Process(engine.process.pid).children(recursive=True)
        assert len(family) >= 2
        psutil.Process(engine.process.pid).kill()
        _, outlived = await asyncio.to_thread(psutil.wait_procs, family, 20.0)
        assert outlived == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_is_heeded_while_workers_are_still_starting(place: Place, work: Path, name: str) -> None:
    argv = [sys.executable, "-m", *TWO, "--port", str(free_port())]
    environment = place.environment(f"sqlite:///{work / uuid4().hex}.db")
    log = work / f"workers-{uuid4().hex}.log"

    with log.open("w") as output:
        parent = subprocess.Popen(argv, cwd=CHECKOUT, env=environment, stdout=output, stderr=output)
        try:
            assert wait_until(lambda: len(workers_of(parent.pid)) == 2, 30.0)
            family = psutil.Process(parent.pid).children(recursive=True)
            parent.send_signal(signal.Signals[name])

            assert parent.wait(20.0) == 0
        finally:
            parent.kill()
    assert psutil.wait_procs(family, 5.0)[1] == []
    assert "Traceback" not in log.read_text()


def test_no_worker_is_altered_or_replaced_by_a_signal(place: Place, work: Path) -> None:
    argv = [sys.executable, "-m", *TWO, "--port", str(free_port())]
    environment = place.environment(f"sqlite:///{work / uuid4().hex}.db")
    log = work / f"workers-{uuid4().hex}.log"

    with log.open("w") as output:
        parent = subprocess.Popen(
            argv, cwd=CHECKOUT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            assert wait_until(lambda: len(workers_of(parent.pid)) == 2, 30.0)
            before = workers_of(parent.pid)
            for asked in (signal.SIGHUP, signal.SIGTTIN, signal.SIGTTOU):
                parent.send_signal(asked)
            assert wait_until(lambda: log.read_text().count("signal_ignored") == 3, 20.0)
            assert workers_of(parent.pid) == before
            os.killpg(parent.pid, signal.SIGTERM)

            assert parent.wait(20.0) == 0
        finally:
            parent.kill()
    assert "worker_died" not in log.read_text()


def test_what_makes_the_application_travels_to_every_worker() -> None:
    assert pickle.loads(pickle.dumps(Worker(2))) == Worker(2)  # noqa: S301 -- our own


def test_workers_share_the_connections_of_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in place.environment("sqlite:///unused.db").items():
        monkeypatch.setenv(name, text)
    settings = load_settings()

    share = settings.share(4)
    least = settings.share(64)

    assert (settings.mmm_db_pool_min, settings.mmm_db_pool_max) == (5, 20)
    assert (share.mmm_db_pool_min, share.mmm_db_pool_max) == (1, 5)
    assert (least.mmm_db_pool_min, least.mmm_db_pool_max) == (1, 1)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ((State.CLOSED, State.CLOSED), State.CLOSED),
        ((State.HALF_OPEN, State.CLOSED), State.HALF_OPEN),
        ((State.OPEN, State.HALF_OPEN), State.OPEN),
        ((State.CLOSED, State.OPEN), State.OPEN),
    ],
)
def test_a_circuit_is_as_bad_as_the_worst_worker_says(told: tuple[State, ...], shown: State) -> None:
    family = GaugeMetricFamily(CIRCUITS, "", labels=["name", "pid"])
    for pid, state in enumerate(told):
        family.add_metric(["iam", str(pid)], state)
        family.add_metric(["eris", str(pid)], State.CLOSED)

    samples = {sample.labels["name"]: sample.value for sample in worst(family).samples}

    assert samples == {"iam": shown, "eris": State.CLOSED}


@pytest.mark.parametrize("count", ["0", "65", "two"])
def test_a_senseless_number_of_workers_is_refused(count: str) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--workers", count])

    assert refused.value.code == 2

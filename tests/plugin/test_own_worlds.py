"""A world of a scenario's own is asked, before it goes, what its engine sent to its fakes."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from harness.plugin import own_worlds
from harness.plugin.options import Stage
from harness.worlds import Running
from reports.record import ExchangeRecorded, FindingRecorded
from reports.run import read_events
from tests.plugin.conftest import a_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


def test_a_request_that_breaks_a_contract_is_a_finding_of_the_run(
    tmp_path: Path, fake_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = msgspec.structs.replace(
        a_world(tmp_path, "http://127.0.0.1:1", fake_urls), missing_operations=("GET /ready",)
    )

    @contextlib.contextmanager
    def started(plan: SimpleNamespace) -> Iterator[Running]:
        engine: Any = SimpleNamespace(url="http://127.0.0.1:1", blows=())
        world = msgspec.structs.replace(shared, label=plan.label, missing_operations=())
        yield Running(world, (engine,), 0.1)

    monkeypatch.setattr(own_worlds, "start_world", started)
    monkeypatch.setattr(
        own_worlds,
        "plan_like",
        lambda _world, label, **_: SimpleNamespace(label=label, variables=dict),
    )
    stage = Stage(shared, "resilience")
    for name in ("one", "two"):
        with own_worlds.own_world(stage, f"scenarios/resilience/test_it.py::test_{name}", {}) as own:
            assert own.world.missing_operations == ("GET /ready",)
            httpx.post(f"{fake_urls['ubi']}/sent-in-a-world-of-its-own", json={}, trust_env=False)

    events = read_events(tmp_path / "run")
    sent = [event.exchange for event in events if isinstance(event, ExchangeRecorded)]
    told = [event.finding for event in events if isinstance(event, FindingRecorded)]
    ours = [exchange for exchange in sent if exchange.url.endswith("/sent-in-a-world-of-its-own")]
    assert [exchange.side for exchange in ours] == ["ubi", "ubi"]
    assert ours[0].id.startswith("consumer-own-test-one-ubi-")
    assert ours[1].id.startswith("consumer-own-test-two-ubi-")
    (finding,) = [each for each in told if ours[0].id in each.exchanges]
    assert finding.requirements == ("FR-2",)
    assert len({each.id for each in told}) == len(told)

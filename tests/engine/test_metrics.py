"""Section 9: every metric, by its name, type, labels and buckets, and what moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.observe.metrics import Metrics
from engine.values.words import ACTION_TYPES
from tests.engine.house import action, eventually, running_engine, talking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.engine.house import Engine, Place, Talk

Sample = tuple[str, tuple[tuple[str, str], ...]]
COUNTER, HISTOGRAM, GAUGE = "counter", "histogram", "gauge"
SPECIFIED = {
    "mmm_decisions": (COUNTER, {"tenant_id", "actor_type"}),
    "mmm_decision_latency_seconds": (HISTOGRAM, set()),
    "mmm_decision_latency_warning": (COUNTER, set()),
    "mmm_actions": (COUNTER, {"tenant_id", "action_type"}),
    "mmm_actions_delivered": (COUNTER, {"surface", "result"}),
    "mmm_actions_accepted": (COUNTER, set()),
    "mmm_outcomes": (COUNTER, {"result"}),
    "mmm_signals_received": (COUNTER, set()),
    "mmm_eris_receipt_emission": (COUNTER, {"result"}),
    "mmm_circuit_state": (GAUGE, {"name"}),
    "mmm_delivery_attempts": (COUNTER, {"channel", "result"}),
}
BUCKETS = ["0.05", "0.1", "0.15", "0.2", "0.3", "0.5", "1.0", "2.0", "+Inf"]
CLOSED: dict[str, set[str]] = {
    "actor_type": {"human", "ai_agent"},
    "action_type": set(ACTION_TYPES),
    "surface": {"ide", "ci", "alert"},
    "channel": {"alert"},
}


@pytest.fixture
async def talk(light_engine: Engine, place: Place) -> AsyncIterator[Talk]:
    async with talking(light_engine, place) as one:
        yield one


@pytest.fixture
async def alone(place: Place, work: Path) -> AsyncIterator[Talk]:
    """Talk to an engine in which nobody else moves a number."""
    url = f"sqlite:///{work / uuid4().hex}.db"
    with running_engine(place, url) as running:
        async with talking(running, place) as one:
            yield one


async def told(talk: Talk) -> dict[Sample, float]:
    text = (await talk.client.get("/metrics")).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def moved(before: dict[Sample, float], after: dict[Sample, float], name: str) -> dict[str, float]:
    """Return by how much each sample of a name grew, by the values of its labels."""
    grown = {key: value - before.get(key, 0.0) for key, value in after.items() if key[0] == name}
    return {" ".join(value for _, value in labels): by for (_, labels), by in grown.items() if by}


async def test_a_flow_moves_every_number_by_what_happened(alone: Talk) -> None:
    talk = alone
    await talk.publish(action("mirror", surfaces=["ide", "ci", "alert"]))

    async def published() -> list[bool]:
        receipts = moved({}, await told(talk), "mmm_eris_receipt_emission_total")
        return [True] * (receipts == {"delivered": 2})

    assert await eventually(published, 1)
    before = await told(talk)

    decision = await talk.decided({"signal": {"signal_id": "s-1"}}, actor_type="a-type-of-its-own")
    await talk.decided(sub="somebody-else", actor_type="ai_agent")
    outcome = {"action_id": decision["actions"][0]["action_id"], "result": "accepted"}
    await talk.ask("POST", f"/decisions/{decision['decision_id']}/outcomes", outcome)

    async def settled() -> list[float]:
        now = await told(talk)
        alerts = moved(before, now, "mmm_delivery_attempts_total").get("alert delivered", 0)
        receipts = moved(before, now, "mmm_eris_receipt_emission_total").get("delivered", 0)
        return [1.0] if (alerts, receipts) == (2, 3) else []

    assert await eventually(settled, 1)
    after = await told(talk)
    expected = {
        "mmm_decisions_total": {f"human {talk.tenant}": 1, f"ai_agent {talk.tenant}": 1},
        "mmm_decision_latency_seconds_count": {"": 2},
        "mmm_actions_total": {f"mirror {talk.tenant}": 2},
        "mmm_actions_delivered_total": {"delivered ide": 2, "delivered ci": 2, "delivered alert": 2},
        "mmm_actions_accepted_total": {"": 1},
        "mmm_outcomes_total": {"accepted": 1},
        "mmm_signals_received_total": {"": 1},
        "mmm_eris_receipt_emission_total": {"delivered": 3},
        "mmm_delivery_attempts_total": {"alert delivered": 2},
    }
    assert {name: moved(before, after, name) for name in expected} == expected


def test_an_alert_is_handed_over_once_however_often_it_was_tried() -> None:
    metrics = Metrics([], None)

    metrics.alert_attempted("failed")
    metrics.alert_attempted("delivered")
    metrics.alert_ended("delivered")

    told = metrics.exposed().decode()
    assert 'mmm_actions_delivered_total{result="delivered",surface="alert"} 1.0' in told
    assert told.count("mmm_actions_delivered_total{") == 1
    assert 'mmm_delivery_attempts_total{channel="alert",result="failed"} 1.0' in told


async def test_a_slow_decision_is_counted_as_late(talk: Talk) -> None:
    slow = {"kind": "delay", "seconds": 0.2}
    await talk.fake("governance").script(match={"tenant": talk.tenant}, fault=slow)
    before = await told(talk)

    decision = await talk.decided()

    after = await told(talk)
    assert decision["latency_warning"]
    assert moved(before, after, "mmm_decision_latency_warning_total") == {"": 1}
    (seconds,) = moved(before, after, "mmm_decision_latency_seconds_sum").values()
    assert seconds > 0.2


async def test_names_types_labels_and_buckets_are_as_specified(talk: Talk) -> None:
    await talk.publish(action("mirror", surfaces=["alert"]))
    decision = await talk.decided({"signal": {}})
    outcome = {"action_id": decision["actions"][0]["action_id"], "result": "shown"}
    await talk.ask("POST", f"/decisions/{decision['decision_id']}/outcomes", outcome)
    delivered = "mmm_delivery_attempts_total"

    async def alerted() -> list[Sample]:
        return [key for key in await told(talk) if key[0] == delivered]

    assert await eventually(alerted, 1)
    text = (await talk.client.get("/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}

    shown = {
        name: (family.type, {label for sample in family.samples for label in sample.labels} - {"le"})
        for name, family in families.items()
        if not name.endswith("_created")
    }
    assert shown == SPECIFIED
    latency = families["mmm_decision_latency_seconds"].samples
    assert [sample.labels["le"] for sample in latency if "le" in sample.labels] == BUCKETS
    for family in families.values():
        for sample in family.samples:
            for label, value in sample.labels.items():
                assert value in CLOSED.get(label, {value})

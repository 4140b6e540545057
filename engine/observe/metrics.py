"""The metrics of engine.md 9. Label values come from closed sets or verified claims, never from a body.

Several workers count in files of one directory, and each shows the sum; of a circuit's states, the worst.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from engine.dependencies.breaker import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prometheus_client.metrics_core import Metric

    from engine.dependencies.breaker import Breaker
    from engine.values.action import Action
    from engine.values.surroundings import Facts

CIRCUITS = "mmm_circuit_state"
CIRCUITS_TEXT = "0 closed, 1 open, 2 half-open"
FROM_BEST = (State.CLOSED, State.HALF_OPEN, State.OPEN)
TELL_SECONDS = 0.5
_BUCKETS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0)


class Metrics:
    """What one engine counts; with `counts`, in a directory that its workers share."""

    def __init__(self, breakers: Iterable[Breaker], counts: Path | None) -> None:
        self._registry = CollectorRegistry()
        self._shown: Collector = SumOfWorkers(counts) if counts else self._registry
        self._breakers = tuple(breakers)
        self._decisions = self._counter("mmm_decisions", "Decisions made", "tenant_id", "actor_type")
        self._latency = Histogram(
            "mmm_decision_latency_seconds",
            "From request to answer",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._late = self._counter("mmm_decision_latency_warning", "Decisions slower than their objective")
        self._actions = self._counter("mmm_actions", "Actions proposed", "tenant_id", "action_type")
        self._delivered = self._counter("mmm_actions_delivered", "Actions handed over", "surface", "result")
        self._accepted = self._counter("mmm_actions_accepted", "Actions that were accepted")
        self._outcomes = self._counter("mmm_outcomes", "Outcomes posted", "result")
        self._signals = self._counter("mmm_signals_received", "Signals received")
        self._receipts = self._counter("mmm_eris_receipt_emission", "Attempts to deliver a receipt", "result")
        self._deliveries = self._counter("mmm_delivery_attempts", "Delivery attempts", "channel", "result")
        self._circuits = Gauge(
            CIRCUITS, CIRCUITS_TEXT, ["name"], registry=self._registry, multiprocess_mode="liveall"
        )

    def decided(self, facts: Facts, actions: tuple[Action, ...], seconds: float, *, late: bool) -> None:
        """Count a decision that was answered."""
        self._decisions.labels(facts.tenant_id, facts.actor_type).inc()
        self._latency.observe(seconds)
        self._late.inc(int(late))
        self._signals.inc(int(facts.signal is not None))
        for action in actions:
            self._actions.labels(facts.tenant_id, action.type).inc()
            for surface in action.surfaces:
                if surface != "alert":  # that one counts when alerting has it, or never will
                    self._delivered.labels(surface, "delivered").inc()

    def outcome_posted(self, result: str) -> None:
        """Count an outcome."""
        self._outcomes.labels(result).inc()
        self._accepted.inc(int(result == "accepted"))

    def receipt_attempted(self, result: str) -> None:
        """Count an attempt to deliver a receipt."""
        self._receipts.labels(result).inc()

    def alert_attempted(self, result: str) -> None:
        """Count an attempt to deliver an alert."""
        self._deliveries.labels("alert", result).inc()

    def alert_ended(self, result: str) -> None:
        """Count an alert that alerting has, or never will have."""
        self._delivered.labels("alert", result).inc()

    def exposed(self) -> bytes:
        """Return everything in Prometheus' text format."""
        self._tell_circuits()
        return generate_latest(self._shown)

    async def run(self) -> None:
        """Tell the other workers how the circuits stand, for as long as the engine lives."""
        while True:
            self._tell_circuits()
            await asyncio.sleep(TELL_SECONDS)

    def _tell_circuits(self) -> None:
        for breaker in self._breakers:
            self._circuits.labels(breaker.name).set(breaker.state)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self._registry)


class SumOfWorkers(Collector):
    """The sum of what all workers counted, those that died included; of a circuit's states, the worst."""

    def __init__(self, counts: Path) -> None:
        self._counts = MultiProcessCollector(None, str(counts))  # type: ignore[no-untyped-call]  # it has no types

    def collect(self) -> Iterable[Metric]:
        """Return the metrics."""
        told = self._counts.collect()  # type: ignore[no-untyped-call]  # as above
        return [worst(metric) if metric.name == CIRCUITS else metric for metric in told]


def worst(told: Metric) -> Metric:
    """Return the state of each circuit, of which every worker tells one."""
    states: dict[str, State] = {}
    for sample in told.samples:
        name = sample.labels["name"]
        states[name] = max(State(int(sample.value)), states.get(name, State.CLOSED), key=FROM_BEST.index)
    worst = GaugeMetricFamily(CIRCUITS, CIRCUITS_TEXT, labels=["name"])
    for name, state in states.items():
        worst.add_metric([name], state)
    return worst

"""The metrics of engine.md 9. Label values come from closed sets or verified claims, never from a body."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.dependencies.breaker import Breaker
    from engine.values.action import Action
    from engine.values.surroundings import Facts

_BUCKETS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0)


class Metrics:
    """One registry for one engine."""

    def __init__(self, breakers: Iterable[Breaker]) -> None:
        self._registry = CollectorRegistry()
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
        circuits = Gauge(
            "mmm_circuit_state", "0 closed, 1 open, 2 half-open", ["name"], registry=self._registry
        )
        for breaker in breakers:
            circuits.labels(breaker.name).set_function(partial(_state, breaker))

    def decided(self, facts: Facts, actions: tuple[Action, ...], seconds: float, *, late: bool) -> None:
        """Count a decision that was answered."""
        self._decisions.labels(facts.tenant_id, facts.actor_type).inc()
        self._latency.observe(seconds)
        self._late.inc(int(late))
        self._signals.inc(int(facts.signal is not None))
        for action in actions:
            self._actions.labels(facts.tenant_id, action.type).inc()
            for surface in action.surfaces:
                if surface != "alert":  # that one counts when alerting has it
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
        self._delivered.labels("alert", result).inc()

    def exposed(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self._registry)


def _state(breaker: Breaker) -> float:
    return float(breaker.state)

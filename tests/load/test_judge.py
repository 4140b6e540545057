"""A lane is judged by its raw answers: pure, and never verified by a smoke."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.load.judge import Lane, Row, breaches, generator_excuse, lateness, read_rows, smoke

LATENCIES = st.lists(st.floats(min_value=0, max_value=10_000, allow_nan=False), min_size=1, max_size=400)


def a_lane(
    *latencies: float, excuse: str = "", errors: int = 0, status: int = 503, objective: float = 150.0
) -> Lane:
    rows = [
        Row(at=0.0, ms=ms, status=status, error=f"status {status}")
        if n < errors
        else Row(at=0.0, ms=ms, status=200)
        for n, ms in enumerate(latencies)
    ]
    return Lane("ide", objective, rows, excuse)


@given(LATENCIES)
def test_p95_is_the_least_answer_that_95_percent_keep(latencies: list[float]) -> None:
    p95 = a_lane(*latencies).p95

    kept = sum(ms <= p95 for ms in latencies) * 100
    fewer = sum(ms < p95 for ms in latencies) * 100
    assert p95 in latencies
    assert kept >= 95 * len(latencies)
    assert fewer < 95 * len(latencies)


@given(LATENCIES, st.randoms(use_true_random=False))
def test_p95_knows_no_order(latencies: list[float], random: object) -> None:
    shuffled = sorted(latencies, key=lambda _: random.random())  # type: ignore[attr-defined] # Hypothesis' random

    assert a_lane(*shuffled).p95 == a_lane(*latencies).p95


@given(LATENCIES, st.floats(min_value=1, max_value=10_000, allow_nan=False))
def test_a_breach_is_exactly_a_p95_above_the_objective(latencies: list[float], objective: float) -> None:
    lane = a_lane(*latencies, objective=objective)

    assert bool(breaches(lane)) == (lane.p95 > objective)


def test_one_failure_is_a_breach_however_fast() -> None:
    lane = a_lane(1.0, 1.0, errors=1)

    found = breaches(lane)

    assert [breach.rule for breach in found] == ["load:failures:ide"]
    assert found[0].detail == "status 503 (1 times)"


def test_both_ways_of_failing_are_told_with_their_figures() -> None:
    lane = a_lane(*[200.0] * 20, errors=2)

    found = breaches(lane)

    assert [breach.rule for breach in found] == ["load:failures:ide", "load:p95:ide"]
    assert "p95 200 ms" in found[1].detail


def test_a_busy_machine_is_not_blamed_on_the_engine_but_failures_are() -> None:
    slow = a_lane(900.0, excuse="others")
    failing = a_lane(900.0, excuse="others", errors=1, status=500)

    assert breaches(slow) == []
    assert [breach.rule for breach in breaches(failing)] == ["load:failures:ide"]
    assert smoke([slow], 20) == "this machine was too busy to measure (p95 ide 900 ms): others"


def test_a_smoke_without_a_breach_says_that_it_verifies_nothing() -> None:
    assert smoke([a_lane(12.0)], 20.0) == "smoke: 20 s cannot verify NFR-1 (p95 ide 12 ms)"


@pytest.mark.parametrize(("status", "blamed"), [(503, False), (500, True), (0, True)])
def test_on_a_busy_machine_only_unavailability_is_excused(status: int, *, blamed: bool) -> None:
    busy = a_lane(1.0, 1.0, excuse="others", errors=1, status=status)
    quiet = a_lane(1.0, 1.0, errors=1, status=status)

    assert bool(breaches(busy)) == blamed
    assert breaches(quiet)
    assert "others" in smoke([busy], 20)


def test_a_late_generator_is_an_excuse_in_proportion_to_the_objective() -> None:
    assert generator_excuse(40.0, 150.0)
    assert not generator_excuse(40.0, 500.0)


def test_a_torn_last_line_is_left_out_and_a_torn_middle_is_not_overlooked() -> None:
    whole = msgspec.json.encode(Row(at=1.0, ms=2.0, status=200)) + b"\n"

    assert len(read_rows(whole + whole + b'{"at": 1.0, "m')) == 2
    with pytest.raises(msgspec.DecodeError):
        read_rows(b'{"at": 1.0, "m\n' + whole)


def test_the_generator_s_own_lateness_is_its_95th_percentile() -> None:
    text = b"".join(b'{"late_ms": %d}\n' % late for late in range(1, 101))

    assert lateness(text) == 95
    assert lateness(b"") == 0

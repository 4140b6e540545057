"""A run's events say what was found, by whom, and what keeps us from knowing."""

from __future__ import annotations

import pytest

from harness.qualifying.sight import doubts_in, found_in, is_right, late_in, looked_in
from reports.record import (
    Attribution,
    Event,
    Exchange,
    ExchangeRecorded,
    Finding,
    FindingRecorded,
    Message,
    ScenarioFinished,
    StageFinished,
)
from tests.qualifying.samples import SCENARIO, a_defect

EARLY, LATER = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"


def a_finding(
    name: str, rule: str, *requirements: str, blamed: Attribution = Attribution.ENGINE, exchange: str = ""
) -> FindingRecorded:
    exchanges = (exchange,) if exchange else ()
    finding = Finding(name, rule, "GET /x", requirements, "Wrong.", "", blamed, exchanges)
    return FindingRecorded(at=EARLY, finding=finding)


def an_end(scenario: str, outcome: str, finding: str | None = None, at: str = LATER) -> ScenarioFinished:
    return ScenarioFinished(
        at=at,
        scenario=scenario,
        suite="features",
        title="t",
        requirements=("FR-1",),
        outcome=outcome,
        seconds=1.0,
        reason="why",
        finding=finding,
    )


def an_exchange(name: str, scenario: str) -> ExchangeRecorded:
    exchange = Exchange(name, EARLY, "engine", "GET", "/x", Message(), scenario=scenario)
    return ExchangeRecorded(at=EARLY, exchange=exchange)


def a_stage(name: str, problem: str, at: str = LATER) -> StageFinished:
    return StageFinished(at=at, stage=name, seconds=1.0, problem=problem)


@pytest.mark.parametrize(
    ("events", "check", "suite"),
    [
        ([a_finding("F-1", SCENARIO, "FR-1"), an_end(SCENARIO, "failed", "F-1")], SCENARIO, "features"),
        ([a_finding("F-1", SCENARIO, "FR-1")], SCENARIO, "features"),
        (
            [an_exchange("e", SCENARIO), a_finding("F-1", "given a playbook", "FR-1", exchange="e")],
            SCENARIO,
            "features",
        ),
        ([a_finding("F-1", "contract:headers", "FR-1")], "contract:headers", "contracts"),
        (
            [an_exchange("e", SCENARIO), a_finding("F-1", "history: ids: twice", "FR-1", exchange="e")],
            "history: ids: twice",
            "history",
        ),
        (
            [a_finding("F-1", "consumer contract of iam: body", "NFR-7")],
            "consumer contract of iam: body",
            "consumer",
        ),
    ],
    ids=["ended", "cut off", "a given", "contract", "history", "consumer"],
)
def test_a_finding_is_told_with_what_found_it(events: list[Event], check: str, suite: str) -> None:
    (found,) = found_in(events)

    assert (found.check, found.suite) == (check, suite)


def test_findings_come_once_in_order_and_only_those_that_blame_the_engine() -> None:
    ours = a_finding("F-3", "x", "FR-1", blamed=Attribution.HARNESS)
    events: list[Event] = [a_finding("F-2", "b", "FR-1"), ours, a_finding("F-1", "a", "FR-2")]

    assert [one.id for one in found_in([*events, a_finding("F-2", "b", "FR-1")])] == ["F-2", "F-1"]


def test_one_finding_that_blames_for_different_things_is_told_with_each() -> None:
    events: list[Event] = [a_finding("F-1", "a", "FR-2"), a_finding("F-1", "a", "FR-1")]

    assert [one.requirements for one in found_in(events)] == [("FR-2",), ("FR-1",)]


def test_a_right_finding_names_what_the_defect_breaks_and_blames_the_engine() -> None:
    defect = a_defect("x", "FR-1", "FR-2")

    assert is_right(a_finding("F", "r", "FR-9", "FR-2"), defect)
    assert not is_right(a_finding("F", "r", "FR-9"), defect)
    assert not is_right(a_finding("F", "r", "FR-1", blamed=Attribution.DEPENDENCY), defect)
    assert not is_right(an_end(SCENARIO, "failed"), defect)


def test_what_keeps_us_from_knowing_counts_once_the_shortcut_is_over() -> None:
    events: list[Event] = [
        a_stage("again", "ended with exit code 4", at=EARLY),
        an_end("one", "unknown", at=EARLY),
        an_end("two", "unknown"),
        an_end("three", "not_exercised"),
        a_stage("contracts", "crashed"),
        a_stage("resilience", "not done after 900 s"),
    ]

    assert doubts_in(events, LATER) == ("contracts: crashed", "two: why")
    assert late_in(events, LATER) == "resilience: not done after 900 s"
    assert "again: ended with exit code 4" in doubts_in(events, "")


def test_only_what_really_looked_is_told_to_have() -> None:
    ends = [an_end(name, name) for name in ("passed", "failed", "unknown", "not_exercised", "blocked")]

    assert looked_in(ends) == ("failed", "passed")

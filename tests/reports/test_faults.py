"""The fault matrix: the worst outcome is a cell's word, and nothing that never fired looks passed."""

from __future__ import annotations

import pytest

from reports.formats.faults import ABREAST, matrix
from reports.record import FaultInjected, RunStarted, ScenarioFinished
from reports.run.config import Config
from reports.story import Story, tell

AT = "2026-11-23T09:12:00.000000Z"
START = RunStarted(at=AT, run_id="r", target="t", target_version="1", environment="embedded", seed=1)


def armed(scenario: str, fault: str = "reset", *, fired: int = 1) -> FaultInjected:
    return FaultInjected(
        at=AT, scenario=scenario, dependency="iam", fault=fault, armed_at=AT, fired_at=(AT,) * fired
    )


def ended(scenario: str, outcome: str) -> ScenarioFinished:
    return ScenarioFinished(
        at=AT, scenario=scenario, suite="s", title="T.", requirements=(), outcome=outcome, seconds=0.1
    )


def told(faults: list[FaultInjected], **outcomes: str) -> Story:
    return tell([START, *faults, *(ended(name, outcome) for name, outcome in outcomes.items())], Config())


@pytest.mark.parametrize(
    ("outcomes", "fired", "word", "tone"),
    [
        ({"one": "passed", "two": "passed"}, 1, "passed", "verified"),
        ({"one": "passed", "two": "failed"}, 1, "failed", "violated"),
        ({"one": "not_exercised", "two": "unknown"}, 1, "unknown", "unknown"),
        ({"one": "passed"}, 1, "not finished", "unknown"),
        ({"one": "passed", "two": "blocked"}, 1, "blocked", "not exercised"),
        ({"one": "passed", "two": "passed"}, 0, "never fired", "not exercised"),
        ({"one": "not_exercised", "two": "not_exercised"}, 0, "never fired", "not exercised"),
        ({"one": "failed", "two": "passed"}, 0, "failed", "violated"),
    ],
)
def test_a_cell_says_the_worst_first(outcomes: dict[str, str], fired: int, word: str, tone: str) -> None:
    story = told([armed("one", fired=fired), armed("two", fired=fired)], **outcomes)

    ((_, (cell,)),) = matrix(story)[0].rows

    assert cell is not None
    assert (cell.word, cell.tone) == (word, tone)
    assert cell.scenarios == 2
    assert (cell.fired, cell.idle) == (2 * fired, 0 if fired else 2)


def test_a_scenario_that_arms_a_fault_twice_is_one_scenario() -> None:
    story = told([armed("one", "delay 1.0 s"), armed("one", "delay 2.0 s", fired=3)], one="passed")

    (band,) = matrix(story)

    ((_, (cell,)),) = band.rows
    assert band.kinds == ("delay",)
    assert cell is not None
    assert (cell.scenarios, cell.fired) == (1, 4)


def test_more_kinds_than_fit_abreast_are_told_in_bands() -> None:
    kinds = [f"kind{letter}" for letter in "abcdefgh"]

    bands = matrix(told([armed("one", kind) for kind in kinds], one="passed"))

    assert [len(band.kinds) for band in bands] == [ABREAST, 2]
    assert [kind for band in bands for kind in band.kinds] == kinds
    assert all(cell is not None for band in bands for _, cells in band.rows for cell in cells)


def test_where_nothing_was_armed_there_is_no_matrix() -> None:
    assert matrix(told([], one="passed")) == ()

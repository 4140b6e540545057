"""The numbers: what they count, and how a qualification exits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.qualifying.judging import judge
from harness.qualifying.power import Tally, by_kind, by_requirement, exit_code_of, never_caught, power_of
from tests.qualifying.samples import SCENARIO, a_defect, found, hunted, results, sound

if TYPE_CHECKING:
    from harness.qualifying.record import Hunted, Result

CAUGHT = judge(a_defect("a", "FR-1"), hunted(found("FR-1")))


def test_the_last_line_counts_noticed_rightly_blamed_and_false_alarms_without_what_is_deferred() -> None:
    power = power_of(results(), [sound(found("FR-1"), found("FR-2")), sound()])

    assert power.line() == "qualify: caught 3 of 6, blamed rightly 2, false alarms 2"


def test_a_sound_run_counts_when_it_ended_without_a_doubt() -> None:
    runs = [sound(), sound(found("FR-1")), sound(doubts=("a check crashed",)), hunted(late="late")]

    assert power_of([CAUGHT], runs).sound_runs == 2


def test_each_requirement_and_kind_is_counted_by_itself() -> None:
    by_name = {one.name: one for one in by_requirement(results(), ["NFR-5", "FR-3", "FR-1", "FR-12", "FR-4"])}

    assert list(by_name) == ["NFR-5", "FR-3", "FR-1", "FR-12"]
    assert by_name["FR-1"] == Tally("FR-1", 3, 2, 1, {"contracts": 1, "features": 1})
    assert (by_name["FR-3"].caught, by_name["FR-3"].rightly) == (1, 1)  # of two, blamed on this one
    assert by_name["NFR-5"] == Tally("NFR-5", 2, 1, 0, {})
    assert [(one.name, one.seeded, one.rightly) for one in by_kind(results())] == [("time", 6, 2)]


@pytest.mark.parametrize(
    ("result", "of_sound", "code"),
    [
        (CAUGHT, sound(), 0),
        (CAUGHT, sound(found("FR-1")), 1),
        (CAUGHT, sound(doubts=("a check crashed",)), 4),
        (judge(a_defect("a", "FR-1"), hunted()), sound(), 1),
        (judge(a_defect("a", "FR-1"), hunted(found("FR-2"))), sound(), 1),
        (judge(a_defect("a", "FR-1"), hunted(late="late")), sound(), 1),
        (judge(a_defect("a", "FR-1"), hunted(unbuilt="died")), sound(), 4),
        (judge(a_defect("a", "FR-1"), hunted(unbuilt="died")), sound(found("FR-1")), 1),
    ],
)
def test_it_exits_with_what_stands_in_the_way(result: Result, of_sound: Hunted, code: int) -> None:
    assert exit_code_of([CAUGHT, result], [of_sound]) == code


def test_what_never_caught_anything_is_named_once_whatever_its_parameters() -> None:
    looked = (f"{SCENARIO}[one]", "contract:headers:GET /ready", "s/test_b.py::test_idle[x]", "history: ids")

    assert never_caught(results(), [sound(looked=looked)]) == ("history: ids", "s/test_b.py::test_idle")

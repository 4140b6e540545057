"""What a hunt saw says what became of its defect: never more than was seen."""

from __future__ import annotations

from typing import Any

import pytest

from harness.qualifying.judging import judge
from harness.qualifying.record import Hunted, Status
from tests.qualifying.samples import SCENARIO, a_defect, found, hunted


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (hunted(found("FR-2"), found("FR-1")), Status.CAUGHT),
        (hunted(found("FR-2")), Status.MISBLAMED),
        (hunted(), Status.MISSED),
        (hunted(late="not done"), Status.TIMED_OUT),
        (hunted(unbuilt="did not start"), Status.UNKNOWN),
        (hunted(doubts=("a check crashed",)), Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_what_was_seen_decides(seen: Hunted | None, status: Status) -> None:
    assert judge(a_defect("x", "FR-1"), seen).status is status


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        ({"late": "said"}, Status.TIMED_OUT),
        ({"unbuilt": "said"}, Status.UNKNOWN),
        ({"unbuilt": "said", "late": "not this"}, Status.UNKNOWN),
    ],
)
def test_where_the_world_fell_or_time_was_over_no_finding_counts(
    trouble: dict[str, Any], status: Status
) -> None:
    result = judge(a_defect("x", "FR-1"), hunted(found("FR-1"), **trouble))

    assert (result.status, result.by, result.others, result.reason) == (status, None, (), "said")


def test_a_right_finding_counts_beside_doubts_and_a_wrong_one_does_not() -> None:
    right = judge(a_defect("x", "FR-1"), hunted(found("FR-1"), doubts=("said",)))
    wrong = judge(a_defect("x", "FR-1"), hunted(found("FR-2"), doubts=("said",)))

    assert (right.status, right.reason) == (Status.CAUGHT, "It is wrong.")
    assert (wrong.status, wrong.reason) == (Status.UNKNOWN, "said")


def test_what_the_sound_engine_is_blamed_for_catches_nothing() -> None:
    alarms = {found("FR-9", check=f"{SCENARIO}[other]").voice}
    of_it, of_another = found("FR-1", check=f"{SCENARIO}[one]"), found("FR-1", check="contract:headers")

    alone = judge(a_defect("x", "FR-1"), hunted(of_it), alarms)
    beside = judge(a_defect("x", "FR-1"), hunted(of_it, of_another), alarms)
    wrongly = judge(a_defect("x", "FR-3"), hunted(of_it), alarms)

    assert (alone.status, alone.by) == (Status.UNKNOWN, None)
    assert "blames the sound engine too" in alone.reason
    assert (beside.status, beside.by) == (Status.CAUGHT, of_another)
    assert wrongly.status is Status.MISSED


def test_what_catches_is_told_and_what_blames_others_is_kept() -> None:
    result = judge(a_defect("x", "FR-1"), hunted(found("FR-2"), found("FR-1", check="later")))

    assert result.by is not None
    assert (result.by.check, result.by.requirements) == ("later", ("FR-1",))
    assert [one.requirements for one in result.others] == [("FR-2",)]
    assert result.seconds == 2.5


def test_a_defect_that_declares_nothing_is_caught_by_anything() -> None:
    assert judge(a_defect("mutant"), hunted(found("OB-MMM-01"))).status is Status.CAUGHT
    assert judge(a_defect("mutant"), hunted()).status is Status.MISSED


def test_what_is_deferred_is_no_result_of_a_hunt() -> None:
    result = judge(a_defect("x", "NFR-1", deferred="load"), hunted(found("NFR-1")))

    assert (result.status, result.by, result.reason) == (Status.DEFERRED, None, "not hunted: load")

"""What a hunt saw says what became of its defect: never more than was seen."""

from __future__ import annotations

import pytest

from harness.qualifying.judging import judge
from harness.qualifying.record import Hunted, Status
from tests.qualifying.samples import a_defect, found, hunted


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


@pytest.mark.parametrize("trouble", ["late", "unbuilt", "doubts"])
def test_a_right_finding_counts_whatever_else_went_wrong_and_a_wrong_one_does_not(trouble: str) -> None:
    troubled = {trouble: ("said",) if trouble == "doubts" else "said"}

    right = judge(a_defect("x", "FR-1"), hunted(found("FR-1"), **troubled))  # type: ignore[arg-type] # one of three
    wrong = judge(a_defect("x", "FR-1"), hunted(found("FR-2"), **troubled))  # type: ignore[arg-type] # as above

    assert (right.status, right.reason) == (Status.CAUGHT, "It is wrong.")
    assert wrong.status in {Status.TIMED_OUT, Status.UNKNOWN}
    assert wrong.reason == "said"


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

    assert (result.status, result.by, result.reason) == (Status.DEFERRED, None, "awaits: load")

"""What a qualification leaves: for machines, for Stryker's viewers, for the documentation, in a terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from harness.qualifying.board import Board
from harness.qualifying.judging import judge
from harness.qualifying.page import page_of, told_of_sound
from harness.qualifying.plan import Plan
from harness.qualifying.record import Defect, Hunted, Place
from harness.qualifying.stryker import NOWHERE, location, mutation_report
from harness.qualifying.tables import render
from harness.qualifying.written import Qualification, qualification_of, read_qualification, write_reports
from tests.qualifying.samples import SCENARIO, a_defect, found, hunted, results, sound

SCHEMA = json.loads(Path(__file__).with_name("mutation_report.schema.json").read_text("utf-8"))
REGISTER = ("FR-1", "FR-3", "FR-12", "NFR-1", "NFR-5")
SOURCE = "a = 1\n  b = 1\nc = 1\n"


def a_qualification(*of_sound: Hunted, whole: bool = True) -> Qualification:
    plan = Plan(
        target="engine",
        seed=7,
        sound_runs=len(of_sound),
        whole=whole,
        digest="d",
        judges="s",
        toolkit="0",
        started="2026-01-01T00:00:00Z",
        defects=tuple(one.defect for one in results()),
    )
    return qualification_of(plan, results(), of_sound, REGISTER)


def shown(qualification: Qualification) -> str:
    out = io.StringIO()
    render(qualification, Path("out/q"), Console(file=out, width=200))
    return out.getvalue()


def test_all_of_it_is_written_and_read_again(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "a.py").write_text(SOURCE)
    qualification = a_qualification(sound(looked=(SCENARIO,)))

    write_reports(tmp_path, qualification, tmp_path)

    assert read_qualification(tmp_path / "qualification.json") == qualification
    report = json.loads((tmp_path / "mutation-report.json").read_text("utf-8"))
    assert report["files"]["engine/a.py"]["source"] == SOURCE
    assert (tmp_path / "power.md").read_text("utf-8") == page_of(qualification)
    before = (tmp_path / "qualification.json").read_bytes()
    write_reports(tmp_path, qualification, tmp_path)
    assert (tmp_path / "qualification.json").read_bytes() == before


def test_the_mutation_report_is_as_its_viewers_expect_it_and_counts_nobody_out() -> None:
    report = mutation_report(results(), ["history: ids"], {"engine/a.py": SOURCE})

    assert list(jsonschema_rs.validator_for(SCHEMA).iter_errors(report)) == []
    mutants = {one["id"]: one for one in report["files"]["engine/a.py"]["mutants"]}
    assert {name: one["status"] for name, one in mutants.items()} == {
        "by-scenario": "Killed",
        "by-check": "Killed",
        "misblamed": "Killed",
        "missed": "Survived",
        "late": "Survived",
        "broken": "Survived",
        "deferred": "Ignored",
    }
    assert mutants["by-scenario"]["killedBy"] == [SCENARIO]
    assert mutants["late"]["statusReason"] == "timed out: not done after 900 s"
    assert mutants["broken"]["statusReason"] == "unknown: did not start"
    tests = {test["id"] for file in report["testFiles"].values() for test in file["tests"]}
    assert tests == {SCENARIO, "contract:headers:GET /health", "history: ids"}


def test_a_defect_that_names_no_file_is_in_the_mutation_report_too() -> None:
    defect = Defect(id="x", kind="time", requirements=("FR-1",), story="Somehow.")

    report = mutation_report([judge(defect, hunted())], [], {})

    assert list(jsonschema_rs.validator_for(SCHEMA).iter_errors(report)) == []
    assert [one["id"] for one in report["files"][NOWHERE]["mutants"]] == ["x"]


@given(
    before=st.text("ab \n", max_size=12),
    old=st.text("xy\n", min_size=1, max_size=6),
    after=st.text("ab \n", max_size=12),
)
def test_a_place_in_the_mutation_report_is_exactly_what_is_replaced(
    before: str, old: str, after: str
) -> None:
    source = before + "(" + old + ")" + after
    line = (before + "(").count("\n") + 1

    at = location(Place("a.py", line, f"({old})", "z"), source)

    lines = source.split("\n")

    def offset(position: dict[str, int]) -> int:
        return sum(len(text) + 1 for text in lines[: position["line"] - 1]) + position["column"] - 1

    assert source[offset(at["start"]) : offset(at["end"])] == f"({old})"


@pytest.mark.parametrize(
    ("of_sound", "told"),
    [
        ([], "no sound run was made: nothing is known of false alarms"),
        ([sound()], "sound runs: 1 (seed 7), ended without a doubt 1, raised a finding 0"),
        (
            [sound(), sound(found("FR-1"), found("FR-2")), sound(doubts=("x",))],
            "sound runs: 3 (seeds 7 to 9), ended without a doubt 2, raised a finding 1",
        ),
        (
            [sound(doubts=("a check crashed",))],
            (
                "sound runs: 1 (seed 7), ended without a doubt 0, raised a finding 0; "
                "that there is no false alarm is not known"
            ),
        ),
    ],
    ids=["none", "one", "three", "one in doubt"],
)
def test_how_often_the_sound_engine_was_looked_at_is_told_before_the_last_line_and_on_the_page(
    of_sound: list[Hunted], told: str
) -> None:
    qualification = a_qualification(*of_sound)

    *_, before, last = shown(qualification).rstrip().splitlines()
    page = page_of(qualification)
    assert before == told
    assert last == qualification.line
    assert f"\n{told[0].upper()}{told[1:]}.\n" in page
    assert page.startswith("Measured 2026-01-01 on engine with mmm-harness 0, scenarios and checks `s`.\n")


def test_a_finding_of_the_placebo_is_told_as_its_own() -> None:
    placebo = msgspec.structs.replace(sound(found("FR-1")), placebo=True)

    told = told_of_sound(
        qualification_of(a_qualification(sound()).plan, results(), [sound(), placebo], REGISTER)
    )

    assert told.endswith("ended without a doubt 1, raised a finding 0; findings of the placebo: 1")


def test_the_page_has_a_row_for_each_requirement_and_kind_and_says_what_was_missed() -> None:
    page = page_of(a_qualification(sound()))

    assert "| FR-1 | 3 | 2 | 1 | contracts 1, features 1 |" in page
    assert "| time | 6 | 3 | 2 | contracts 1, features 1 |" in page
    assert "| `missed` | missed | every scenario and check that could be run found nothing |" in page
    assert page.rstrip().endswith("`qualify: caught 3 of 6, blamed rightly 2, false alarms 0`")


def test_a_terminal_of_80_columns_shows_what_was_not_caught_and_the_line_for_machines_last() -> None:
    text = shown(a_qualification(sound(found("FR-1"), looked=("s/test_b.py::test_idle",))))

    lines = text.rstrip().splitlines()
    assert lines[-1] == "qualify: caught 3 of 6, blamed rightly 2, false alarms 1"
    assert max(len(line) for line in lines) <= 80
    for told in (
        "misblamed misblamed [NFR-5]",
        "blamed on FR-2 by",
        "missed missed [NFR-5]",
        "timed out late",
    ):
        assert told in text
    assert "false alarm (seed 7) [FR-1] It is wrong." in text
    assert "1 scenarios and checks were never the ones" in text
    assert "1 more defects were not hunted: load 1" in text


def test_of_a_part_of_the_defects_nothing_is_said_to_have_caught_nothing() -> None:
    assert "never the ones" not in shown(a_qualification(sound(looked=("idle",)), whole=False))


def test_a_hunt_that_ends_is_one_line_of_at_most_80_columns() -> None:
    out = io.StringIO()
    board = Board(Console(file=out, width=200), 3)

    with board.live():
        board.going_on(["late-answer"])
        board.defect(judge(a_defect("late-answer" * 9, "FR-1"), hunted(found("FR-1"))))
        board.sound(sound(looked=("a", "b")))
        board.sound(sound(found("FR-3")))

    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("caught        2 s  late-answer")
    assert len(lines[0]) == 80
    assert lines[1] == "sound         9 s  seed 7: 2 scenarios and checks found nothing"
    assert lines[2] == f"alarm         9 s  seed 7: FR-3 {SCENARIO}"

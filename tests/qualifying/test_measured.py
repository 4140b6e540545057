"""What was measured is kept with the toolkit, and told with what it was measured with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner

from harness.processes import ConfigurationError
from harness.qualifying import __main__ as keeping
from harness.qualifying import digest
from harness.qualifying.digest import judges_digest
from harness.qualifying.judging import judge
from harness.qualifying.measured import measured_by, read_measured
from harness.qualifying.written import qualification_of, write_reports
from reports.run.config import Counted
from tests.qualifying.samples import a_defect, found, hunted, sound
from tests.qualifying.test_reports import a_qualification

if TYPE_CHECKING:
    from pathlib import Path

    from harness.qualifying.record import Hunted


# A requirement's row: its name, and its numbers.
ROW = re.compile(r"^\| ([A-Z]+(?:-[A-Z]+)?-\d+) \| (\d+ \| \d+ \| \d+) \|", re.MULTILINE)


def test_what_nobody_measured_is_said_to_be_so(tmp_path: Path) -> None:
    assert read_measured(tmp_path / "none.json").line() == "not measured"


def test_the_numbers_are_those_of_the_qualification() -> None:
    measured = measured_by(a_qualification(sound()))

    assert measured.line() == (
        "caught 3 of 6 seeded defects, blamed rightly 2, false alarms 0 in 1 sound runs; "
        "measured 2026-01-01 on engine with mmm-harness 0, with other scenarios or checks than this run's"
    )
    assert measured.requirements["FR-1"] == Counted(seeded=3, caught=2, rightly=1)


def test_without_a_sound_run_the_pack_tells_of_no_false_alarms() -> None:
    measured = measured_by(a_qualification())

    assert measured.sound_runs == 0
    assert "blamed rightly 2, false alarms not measured (sound runs 0); measured" in measured.line()


def test_the_page_and_the_numbers_in_every_pack_are_of_one_measurement() -> None:
    kept = read_measured()
    told = keeping.PAGE.read_text("utf-8").partition(keeping.HEADING)[2]

    rows = dict(ROW.findall(told))
    assert {name: rows.get(name) for name in kept.requirements} == {
        name: f"{one.seeded} | {one.caught} | {one.rightly}" for name, one in kept.requirements.items()
    }
    assert f"Measured {kept.measured[:10]} on {kept.target} with mmm-harness {kept.toolkit}, " in told
    assert f" `{kept.judges[:12]}`.\n" in told
    assert kept.sound_runs == int(
        "".join(re.findall(r"^Sound runs: .* without a doubt (\d+), ", told, re.MULTILINE))
    )
    assert told.rstrip().endswith(
        f"`qualify: caught {kept.caught} of {kept.seeded}, blamed rightly {kept.rightly}, "
        f"false alarms {kept.false_alarms}`"
    )


def test_both_pages_tell_the_same_of_schemathesis_alone() -> None:
    told = keeping.PAGE.read_text("utf-8").partition(keeping.HEADING)[2]
    kinds = re.findall(
        r"^\| .* \| (\d+) of (\d+) \|$", told.partition("| kind |")[2].partition("\n\n")[0], re.MULTILINE
    )
    said = re.search(
        r"caught (\d+) of the (\d+) seeded defects \((\d+) unknown\)",
        keeping.PAGE_OF_MUTANTS.read_text("utf-8"),
    )

    assert said is not None
    caught, of, unknown = (int(number) for number in said.groups())
    assert of == read_measured().seeded
    assert sum(int(one) for one, _ in kinds) == caught
    assert sum(int(looked) for _, looked in kinds) == of - unknown


@pytest.mark.parametrize("same", [True, False])
def test_it_is_current_as_long_as_what_judges_is_the_same(*, same: bool, tmp_path: Path) -> None:
    judges = judges_digest() if same else "another"
    kept = msgspec.structs.replace(measured_by(a_qualification()), judges=judges)
    (tmp_path / "measured.json").write_bytes(msgspec.json.encode(kept))

    assert read_measured(tmp_path / "measured.json").current is same


@pytest.mark.parametrize("room", ["contracts", "harness", "scenarios"])
def test_another_check_is_another_judge(room: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "CHECKOUT", tmp_path)
    (tmp_path / room).mkdir()
    before = digest.judges_digest()
    (tmp_path / room / "check.py").write_text("")

    assert digest.judges_digest() != before


@pytest.fixture
def kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keeping, "FILE", tmp_path / "measured.json")
    monkeypatch.setattr(keeping, "PAGE", tmp_path / "power.md")
    monkeypatch.setattr(keeping, "PAGE_OF_MUTANTS", tmp_path / "mutants.md")
    (tmp_path / "mutants.md").write_text("# Mutants\n\n## Measured\n\nNot yet.\n")
    (tmp_path / "power.md").write_text("# Power\n\n## Measured\n\nNot yet.\n")
    return tmp_path


def test_a_whole_qualification_is_kept_with_its_tables(kept_here: Path) -> None:
    write_reports(kept_here, a_qualification(sound()), kept_here)
    (kept_here / "power.md").write_text("# Power\n\n## Measured\n\nNot yet.\n")

    keeping.keep(kept_here)

    assert read_measured(kept_here / "measured.json").caught == 3
    page = (kept_here / "power.md").read_text("utf-8")
    assert page.startswith("# Power\n\n## Measured\n\nMeasured 2026-01-01 on engine ")
    assert "\n\n| requirement | seeded |" in page
    assert "Not yet." not in page


def test_schemathesis_alone_stands_beside_it(kept_here: Path) -> None:
    write_reports(kept_here, a_qualification(sound()), kept_here)
    fates = {"by-scenario": "caught", "missed": "missed", "by-check": "missed", "broken": "unknown"}
    numbers = {"schemathesis": "4.32.0", "defects": {name: {"fate": fate} for name, fate in fates.items()}}
    (kept_here / "power.md").write_text("# Power\n\n## Measured\n\nNot yet.\n")
    (kept_here / "alone.json").write_bytes(msgspec.json.encode(numbers))

    keeping.keep(kept_here, kept_here / "alone.json")

    page = (kept_here / "power.md").read_text("utf-8")
    assert "| requirement | seeded | caught | blamed rightly | by | schemathesis alone |" in page
    assert "| FR-1 | 3 | 2 | 1 | contracts 1, features 1 | 1 of 2 |" in page
    assert "| FR-12 | 1 | 0 | 0 | none | 0 of 0 |" in page
    assert "Schemathesis alone is 4.32.0" in page


def test_of_general_mutants_the_score_is_kept_on_their_own_page(kept_here: Path) -> None:
    killed = judge(a_defect("a"), hunted(found("FR-1")))
    plan = msgspec.structs.replace(a_qualification(sound()).plan, defects=(a_defect("a"), a_defect("b")))
    lives = judge(a_defect("b"), hunted())
    write_reports(kept_here, qualification_of(plan, [killed, lives], [sound()], ["FR-1"]), kept_here)

    keeping.keep(kept_here)

    page = (kept_here / "mutants.md").read_text("utf-8")
    assert page.startswith(
        "# Mutants\n\n## Measured\n\nMutation score: 1 of 2 (50.0%).\n\nMeasured 2026-01-01"
    )
    assert "Sound runs: 1 (seed 7), ended without a doubt 1, raised a finding 0." in page
    assert "| `b` | missed |" in page
    assert page.endswith((kept_here / "power.md").read_text("utf-8"))  # written beside the results before
    assert not (kept_here / "measured.json").exists()


@pytest.mark.parametrize(
    ("of_sound", "whole", "problem"),
    [
        ([sound()], False, "is of a part of the defects"),
        ([sound(doubts=("a check crashed",))], True, "nothing is known of false alarms"),
    ],
)
def test_what_says_too_little_is_not_kept(
    of_sound: list[Hunted], problem: str, kept_here: Path, *, whole: bool
) -> None:
    write_reports(kept_here, a_qualification(*of_sound, whole=whole), kept_here)

    with pytest.raises(ConfigurationError, match=problem):
        keeping.keep(kept_here)

    assert not (kept_here / "measured.json").exists()


def test_what_cannot_be_read_is_one_line_and_exit_code_2(kept_here: Path) -> None:
    def said(*arguments: Path) -> str:
        outcome = CliRunner().invoke(keeping.main, list(map(str, arguments)))
        assert outcome.exit_code == 2
        return outcome.stderr

    missing = said(kept_here)
    (kept_here / "qualification.json").write_text('{"plan": 1}')
    spoilt = said(kept_here)
    write_reports(kept_here, a_qualification(sound()), kept_here)
    (kept_here / "alone.json").write_text("[]")
    strange = said(kept_here, kept_here / "alone.json")

    assert [text.count("\n") for text in (missing, spoilt, strange)] == [1, 1, 1]
    assert "holds no whole qualification.json (No such file or directory)" in missing
    assert "holds no whole qualification.json (Expected object, got int - at $.plan)" in spoilt
    assert "alone.json: holds no numbers of schemathesis alone (Expected object, got array)" in strange
    assert "Missing argument" in said()

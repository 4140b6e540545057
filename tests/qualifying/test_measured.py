"""What was measured is kept with the toolkit, and told with what it was measured with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from harness.qualifying import __main__ as keeping
from harness.qualifying import digest
from harness.qualifying.digest import judges_digest
from harness.qualifying.measured import measured_by, read_measured
from harness.qualifying.written import write_reports
from reports.run.config import Counted
from tests.qualifying.samples import sound
from tests.qualifying.test_reports import a_qualification

if TYPE_CHECKING:
    from pathlib import Path


def test_what_nobody_measured_is_said_to_be_so(tmp_path: Path) -> None:
    assert read_measured(tmp_path / "none.json").line() == "not measured"


def test_the_numbers_are_those_of_the_qualification() -> None:
    measured = measured_by(a_qualification(sound()))

    assert measured.line() == (
        "caught 3 of 6 seeded defects, blamed rightly 2, false alarms 0 in 1 sound runs; "
        "measured 2026-01-01 on engine with mmm-harness 0, with other scenarios or checks than this run's"
    )
    assert measured.requirements["FR-1"] == Counted(seeded=3, caught=2, rightly=1)


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
    (tmp_path / "power.md").write_text("# Power\n\n## Measured\n\nNot yet.\n")
    return tmp_path


def test_a_whole_qualification_is_kept_with_its_tables(kept_here: Path) -> None:
    write_reports(kept_here, a_qualification(sound()), kept_here)
    (kept_here / "power.md").write_text("# Power\n\n## Measured\n\nNot yet.\n")

    assert keeping.main(kept_here) == ""

    assert read_measured(kept_here / "measured.json").caught == 3
    page = (kept_here / "power.md").read_text("utf-8")
    assert page.startswith("# Power\n\n## Measured\n\n| requirement | seeded |")
    assert "Not yet." not in page


def test_a_part_of_one_is_not(kept_here: Path) -> None:
    assert "holds no qualification.json" in keeping.main(kept_here)
    write_reports(kept_here, a_qualification(whole=False), kept_here)

    assert "is of a part of the defects" in keeping.main(kept_here)
    assert not (kept_here / "measured.json").exists()


def test_one_without_a_sound_run_is_not(kept_here: Path) -> None:
    write_reports(kept_here, a_qualification(sound(doubts=("a check crashed",))), kept_here)

    assert "nothing is known of false alarms" in keeping.main(kept_here)
    assert not (kept_here / "measured.json").exists()

"""What caught a defect is remembered, and what is in doubt this time is not forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.processes import ConfigurationError
from harness.qualifying.judging import judge
from harness.qualifying.known import Known, read_known, write_known
from tests.qualifying.samples import SCENARIO, a_defect, found, hunted

if TYPE_CHECKING:
    from pathlib import Path


def test_what_caught_is_kept_for_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "defects.json"
    before = {name: Known(check=f"{name}-check", suite="features") for name in ("missed-now", "gone")}
    results = [
        judge(a_defect("caught", "FR-1"), hunted(found("FR-1"))),
        judge(a_defect("missed-now", "FR-1"), hunted()),
        judge(a_defect("never", "FR-1"), hunted()),
    ]

    write_known(path, results, before)

    assert read_known(path) == {
        "caught": Known(check=SCENARIO, suite="features", operation="POST /decide"),
        "missed-now": before["missed-now"],
    }


def test_nothing_is_known_where_nothing_was_kept(tmp_path: Path) -> None:
    assert read_known(tmp_path / "none.json") == {}
    assert read_known(None) == {}


def test_a_file_that_is_something_else_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "defects.json").write_text("[]")

    with pytest.raises(ConfigurationError, match=r"defects.json: cannot be read .*; remove it to begin anew"):
        read_known(tmp_path / "defects.json")

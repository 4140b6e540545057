"""The terminal's table: at most 80 columns, words before colours, the totals last."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from reports.formats.table import render_verdict
from reports.record import Finding
from tests.reports.sample import findings, register, verdicts

WORDS = "verified|violated|not exercised|waived|unknown"


def printed(shown: list[Finding], *, encoding: str = "utf-8", width: int = 200) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    render_verdict(verdicts(), shown, Console(file=file, width=width))
    file.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_every_requirement_has_a_row_with_its_verdict_in_words(encoding: str) -> None:
    said = dict(
        re.findall(rf"^\W*([A-Z]+(?:-MMM)?-\d+)\W+({WORDS})\b", printed([], encoding=encoding), re.MULTILINE)
    )

    assert said == {each.requirement: each.status.value for each in verdicts()}
    assert list(said) == list(register())


def test_the_totals_are_the_last_line() -> None:
    for shown in ([], findings()):
        last = printed(shown).rstrip("\n").rpartition("\n")[2]

        assert last == "verdict: FAIL verified 4 violated 5 not-exercised 32 waived 1 unknown 1"


def test_what_closes_a_run_stands_before_the_totals() -> None:
    console = Console(file=io.StringIO(), width=200)

    render_verdict(verdicts(), findings(), console, ("contract coverage: all", "gate: yes\nverdict: PASS"))

    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines()[-4:-1] == [
        "",
        "contract coverage: all",
        "gate: yes verdict: PASS",
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_row_is_wider_than_80_columns(width: int) -> None:
    rows = printed([], width=width).splitlines()[:-1]

    assert max(map(len, rows)) <= 80


def test_a_command_is_never_broken_so_that_it_can_be_copied() -> None:
    assert (
        """  -d '{"name": "Flaky build", "actions": [{"type": "mirror", "surfaces": ["ide"]}]}\'"""
        in printed(findings())
    )


def test_findings_say_rule_requirement_and_what_happened() -> None:
    text = printed(findings())

    assert "f-roles  [ST-MMM-01, FR-13]  A viewer created a playbook" in text
    assert "POST /playbooks" in text
    assert "f-environment  [environment]" in text


def test_one_bug_is_shown_once() -> None:
    text = printed(findings())

    assert "f-fuzz-1" in text
    assert "f-fuzz-2" not in text


def test_what_an_engine_said_cannot_drive_the_terminal() -> None:
    assert "\x1b" not in printed(findings())


def test_a_console_of_another_encoding_gets_what_it_can_show() -> None:
    foreign = Finding("f-1", "rule", "", ("FR-1",), "naïve [bold]→[/bold]", "ünïcode", curl="curl 'ü'")

    text = printed([foreign], encoding="ascii")

    assert "na?ve [bold]?[/bold]" in text
    assert "curl '?'" in text


def test_the_rest_of_many_findings_is_counted() -> None:
    many = [Finding(f"f-{number}", f"rule-{number}", "", ("FR-1",), "Broken", "") for number in range(25)]

    assert "5 more findings are in report.html" in printed(many)

"""Engines that are not ours: the verdict is right, readable, and never green by accident."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.record import Attribution, FindingRecorded, ScenarioFinished
from reports.run import read_events
from tests.acceptance.command import ENGINES, Desk, reference_profile, script_profile

if TYPE_CHECKING:
    from pathlib import Path

NO_KEY = "test_an_engine_without_its_key"
OTHER_STARTS = (NO_KEY, "whose_directory_is_missing", "test_a_key_given_as_pem")


def reasons_of(desk: Desk, tmp_path: Path, script: str, *scenarios: str) -> list[str]:
    """Return why each scenario could not be exercised; nothing else may have come of one."""
    profile = reference_profile(tmp_path, arguments=(str(ENGINES / script),))
    suites = ("--suite", "resilience", "--suite", "security")
    asked = ("--out", tmp_path / "out", *suites, "-k", " or ".join(scenarios))

    outcome = desk.mmm("verify", "--target", profile, *asked)

    (run,) = (path for path in (tmp_path / "out").iterdir() if path.is_dir())
    events = list(read_events(run))
    ended = [
        event
        for event in events
        if isinstance(event, ScenarioFinished) and any(name in event.scenario for name in scenarios)
    ]
    assert {event.outcome for event in ended} == {"not_exercised"}, outcome.out + outcome.err
    assert [event for event in events if isinstance(event, FindingRecorded)] == []
    assert outcome.code == 0, outcome.out + outcome.err
    return [event.reason for event in ended]


def test_an_engine_that_never_asks_iam_breaks_nfr_7(desk: Desk, tmp_path: Path) -> None:
    profile = script_profile(tmp_path, "open_door.py")

    narrowed = ("--requirement", "NFR-7", "--suite", "security", "-k", "decide_refuses")
    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", *narrowed)

    assert outcome.code == 1, outcome.out + outcome.err
    assert outcome.verdict_of("NFR-7") == "violated"


def test_an_engine_that_only_answers_decide_gets_a_correct_verdict(desk: Desk, tmp_path: Path) -> None:
    profile = script_profile(tmp_path, "decide_only.py")

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out")

    assert outcome.code == 1, outcome.out + outcome.err
    assert re.fullmatch(
        r"verdict: FAIL verified 0 violated \d+ not-exercised \d+ waived 0 unknown 0", outcome.last_line
    )
    assert outcome.verdict_of("ST-MMM-02") == "violated"


def test_an_iam_address_that_leads_nowhere_is_one_environment_finding(desk: Desk, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:1/iam/v1"
    profile = reference_profile(tmp_path, IAM_SERVICE_URL=nowhere)

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out")

    assert outcome.code == 3
    assert "iam (at http://127.0.0.1:" in outcome.err.lower()
    assert "verdict:" not in outcome.out
    assert "violated" not in outcome.out
    (run,) = (path for path in (tmp_path / "out").iterdir() if path.is_dir())
    found = [event.finding for event in read_events(run) if isinstance(event, FindingRecorded)]
    assert [finding.attribution for finding in found] == [Attribution.ENVIRONMENT]


def test_what_another_start_shows_is_not_asked_of_an_engine_that_starts_once(
    desk: Desk, tmp_path: Path
) -> None:
    reasons = reasons_of(desk, tmp_path, "starts_once.py", *OTHER_STARTS)

    assert len(reasons) == len(OTHER_STARTS)
    assert all("does not start a second time" in reason for reason in reasons), reasons
    assert all("I was here before" in reason for reason in reasons), reasons


def test_an_engine_that_has_its_key_by_another_way_is_not_asked_to_do_without(
    desk: Desk, tmp_path: Path
) -> None:
    (reason,) = reasons_of(desk, tmp_path, "keeps_key.py", NO_KEY)

    assert "another way than ERIS_SIGNING_KEY" in reason

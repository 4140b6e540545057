"""Each seeded defect is caught, blamed rightly, and shown with a request that reproduces it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from reports.story import read_story
from tests.acceptance.command import ROOT, Desk, reference_profile

if TYPE_CHECKING:
    from pathlib import Path


class Defect(NamedTuple):
    """A seeded defect, its requirement, and the request that shows it.

    `suite` and `words` are enough to see it: where receipts are lost, every further scenario would wait for
    its own, and for long.
    """

    id: str
    requirement: str
    operation: str
    suite: str
    words: str


OPEN = Defect("open-playbook-creation", "ST-MMM-01", "POST /playbooks", "security", "header_or_query")
DEFECTS = [
    Defect("foreign-playbook-listed", "NFR-5", "GET /playbooks", "security", "the_own_tenants"),
    Defect("receipt-lost-one-in-four", "FR-12", "POST /decide", "features", "every_decision"),
    Defect("expired-token-accepted", "ST-MMM-02", "POST /decide", "security", "decide_refuses"),
    Defect("malformed-id-crashes", "NFR-4", "PUT /playbooks/{playbook_id}", "features", "malformed_id"),
]


def run_in(out: Path) -> Path:
    """Return the one run that was made there."""
    (run,) = (path for path in out.iterdir() if path.is_dir())
    return run


def assert_blamed_rightly(defect: Defect, desk: Desk, folder: Path) -> Path:
    """Verify the engine with a defect, assert that it is caught and rightly blamed, and return the run."""
    profile = reference_profile(folder, arguments=("-m", "engine.defects", defect.id))
    narrowed = ("--requirement", defect.requirement, "--suite", defect.suite, "-k", defect.words)

    outcome = desk.mmm("verify", "--target", profile, "--out", folder / "out", *narrowed)

    assert outcome.code == 1, outcome.out + outcome.err
    assert outcome.verdict_of(defect.requirement) == "violated"
    assert outcome.last_line.startswith("verdict: FAIL ")
    run = run_in(folder / "out")
    findings = read_story(run).findings
    blamed = [one for one in findings if defect.requirement in one.requirements]
    shown = [one for one in blamed if one.operation == defect.operation]
    assert shown, [(one.operation, one.requirements) for one in findings]
    assert shown[0].curl
    assert shown[0].curl in outcome.out
    return run


@pytest.mark.parametrize("defect", DEFECTS, ids=[defect.id for defect in DEFECTS])
def test_a_seeded_defect_is_blamed_on_its_requirement(defect: Defect, desk: Desk, tmp_path: Path) -> None:
    assert_blamed_rightly(defect, desk, tmp_path)


def test_a_finding_is_seen_again_on_the_defect_and_not_on_the_sound_engine(
    desk: Desk, tmp_path: Path
) -> None:
    run = assert_blamed_rightly(OPEN, desk, tmp_path)
    finding = read_story(run).findings[0].id

    again = desk.mmm("replay", run, finding)
    sound = desk.mmm("replay", run, finding, "--target", ROOT / "targets" / "reference.toml")

    assert (again.code, again.last_line) == (1, "reproduced"), again.out + again.err
    assert (sound.code, sound.last_line) == (0, "not reproduced"), sound.out + sound.err


def test_the_sound_engine_keeps_what_a_defect_breaks(desk: Desk, tmp_path: Path) -> None:
    profile = reference_profile(tmp_path)

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", "--requirement", "IT-MMM-01")

    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.verdict_of("IT-MMM-01") == "verified"
    pack = next((tmp_path / "out").glob("*.zip"))
    assert desk.mmm("evidence", "verify", pack).code == 0

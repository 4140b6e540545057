"""Each seeded defect is caught, blamed rightly, and shown with a request that reproduces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reports.story import read_story
from tests.acceptance.command import ROOT, Desk, reference_profile

if TYPE_CHECKING:
    from pathlib import Path

# Each with its requirement, the request that shows it, and what is enough to see it: these words of a suite
# (where receipts are lost, every other scenario would wait for its own, and for long).
DEFECTS = [
    ("open-playbook-creation", "ST-MMM-01", "POST /playbooks", ("security", "header_or_query")),
    ("foreign-playbook-listed", "NFR-5", "GET /playbooks", ("security", "the_own_tenants")),
    ("receipt-lost-one-in-four", "FR-12", "POST /decide", ("features", "every_decision or every_outcome")),
    ("expired-token-accepted", "ST-MMM-02", "POST /decide", ("security", "decide_refuses")),
    ("malformed-id-crashes", "NFR-4", "PUT /playbooks/{playbook_id}", ("features", "malformed_id")),
]


def run_in(out: Path) -> Path:
    """Return the one run that was made there."""
    (run,) = (path for path in out.iterdir() if path.is_dir())
    return run


@pytest.mark.parametrize(
    ("defect", "requirement", "operation", "enough"), DEFECTS, ids=[defect for defect, *_ in DEFECTS]
)
def test_a_seeded_defect_is_blamed_on_its_requirement(
    defect: str, requirement: str, *, operation: str, enough: tuple[str, ...], desk: Desk, tmp_path: Path
) -> None:
    profile = reference_profile(tmp_path, arguments=("-m", "engine.defects", defect))
    suite, *words = enough
    narrowed = ("--requirement", requirement, "--suite", suite, *(["-k", *words] if words else []))

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", *narrowed)

    assert outcome.code == 1, outcome.out + outcome.err
    assert outcome.verdict_of(requirement) == "violated"
    assert outcome.last_line.startswith("verdict: FAIL ")
    findings = read_story(run_in(tmp_path / "out")).findings
    shown = [one for one in findings if requirement in one.requirements and one.operation == operation]
    assert shown, [(one.operation, one.requirements) for one in findings]
    assert shown[0].curl
    assert shown[0].curl in outcome.out


def test_a_finding_is_seen_again_on_the_defect_and_not_on_the_sound_engine(
    desk: Desk, tmp_path: Path
) -> None:
    defective = reference_profile(tmp_path, arguments=("-m", "engine.defects", "open-playbook-creation"))
    narrowed = ("--requirement", "ST-MMM-01", "--suite", "security", "-k", "header_or_query")
    desk.mmm("verify", "--target", defective, "--out", tmp_path / "out", *narrowed)
    run = run_in(tmp_path / "out")
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

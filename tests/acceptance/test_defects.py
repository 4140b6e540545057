"""Each seeded defect is caught, blamed rightly, and shown with a request that reproduces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.command import Desk, reference_profile

if TYPE_CHECKING:
    from pathlib import Path

# Each with its requirement and the one suite that is enough to see it.
DEFECTS = [
    ("open-playbook-creation", "ST-MMM-01", "security"),
    ("foreign-playbook-listed", "NFR-5", "security"),
    ("receipt-lost-one-in-four", "FR-12", "features"),
    ("expired-token-accepted", "ST-MMM-02", "security"),
    ("malformed-id-crashes", "NFR-4", "features"),
]


@pytest.mark.parametrize(("defect", "requirement", "suite"), DEFECTS)
def test_a_seeded_defect_is_blamed_on_its_requirement(
    defect: str, requirement: str, suite: str, desk: Desk, tmp_path: Path
) -> None:
    profile = reference_profile(tmp_path, arguments=("-m", "engine.defects", defect))
    narrowed = ("--requirement", requirement, "--suite", suite)

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", *narrowed)

    assert outcome.code == 1, outcome.out + outcome.err
    assert outcome.verdict_of(requirement) == "violated"
    assert outcome.last_line.startswith("verdict: FAIL ")
    assert "curl -" in outcome.out


def test_the_sound_engine_keeps_what_a_defect_breaks(desk: Desk, tmp_path: Path) -> None:
    profile = reference_profile(tmp_path)

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", "--requirement", "ST-MMM-01")

    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.verdict_of("ST-MMM-01") == "verified"
    pack = next((tmp_path / "out").glob("*.zip"))
    assert desk.mmm("evidence", "verify", pack).code == 0

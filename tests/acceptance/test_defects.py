"""Each seeded defect is caught, blamed rightly, and shown with a request that reproduces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.command import Desk, reference_profile

if TYPE_CHECKING:
    from pathlib import Path

DEFECTS = [
    ("open-playbook-creation", "ST-MMM-01"),
    ("foreign-playbook-listed", "NFR-5"),
    ("receipt-lost-one-in-four", "FR-12"),
    ("expired-token-accepted", "ST-MMM-02"),
    ("malformed-id-crashes", "NFR-4"),
]


@pytest.mark.parametrize(("defect", "requirement"), DEFECTS)
def test_a_seeded_defect_is_blamed_on_its_requirement(
    defect: str, requirement: str, desk: Desk, tmp_path: Path
) -> None:
    profile = reference_profile(tmp_path, arguments=("-m", "engine.defects", defect))

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", "--requirement", requirement)

    assert outcome.code == 1, outcome.out + outcome.err
    assert outcome.verdict_of(requirement) == "violated"
    assert outcome.last_line.startswith("verdict: FAIL ")
    assert "curl -" in outcome.out


@pytest.mark.parametrize("requirement", sorted({requirement for _, requirement in DEFECTS}))
def test_the_sound_engine_is_blamed_for_none_of_them(requirement: str, desk: Desk, tmp_path: Path) -> None:
    profile = reference_profile(tmp_path)

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", "--requirement", requirement)

    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.verdict_of(requirement) == "verified"

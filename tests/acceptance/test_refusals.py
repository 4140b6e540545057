"""An engine that refuses its settings is told in its own words; nothing stays running (the desk checks)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.acceptance.command import Desk, reference_profile

if TYPE_CHECKING:
    from pathlib import Path


def test_an_engine_that_dies_at_start_shows_its_last_words(desk: Desk, tmp_path: Path) -> None:
    profile = reference_profile(tmp_path, ERIS_SIGNING_KEY="not-a-key")

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out")

    assert outcome.code == 3
    assert "ERIS_SIGNING_KEY" in outcome.err
    assert "verdict:" not in outcome.out

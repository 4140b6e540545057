"""Every bad input gets one line that names it and its exit code; nothing stays running (the desk checks)."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from tests.acceptance.command import Desk, Outcome, reference_profile, script_profile

if TYPE_CHECKING:
    from pathlib import Path


def problem_of(outcome: Outcome) -> str:
    """Return the one line of standard error that says what is wrong."""
    lines = outcome.err.strip().splitlines()
    assert len(lines) == 1, outcome.err
    return lines[0]


def test_out_that_is_a_file_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("precious", "utf-8")

    outcome = desk.mmm("verify", "--target", reference_profile(tmp_path), "--out", tmp_path / "out")

    assert outcome.code == 2
    assert str(tmp_path / "out") in problem_of(outcome)
    assert (tmp_path / "out").read_text("utf-8") == "precious"


def test_a_misspelt_key_is_named_with_the_right_one(desk: Desk, tmp_path: Path) -> None:
    profile = script_profile(tmp_path, "decide_only.py", extra="replcias = 2")

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out")

    assert outcome.code == 2
    assert "replcias" in problem_of(outcome)
    assert "replicas" in problem_of(outcome)


def test_an_occupied_port_is_named(desk: Desk, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        profile = script_profile(tmp_path, "decide_only.py", extra=f"port = {port}")

        outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out")

    assert outcome.code == 3
    assert str(port) in problem_of(outcome)


def test_an_engine_that_dies_at_start_shows_its_last_words(desk: Desk, tmp_path: Path) -> None:
    profile = reference_profile(tmp_path, ERIS_SIGNING_KEY="not-a-key")

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out")

    assert outcome.code == 3
    assert "ERIS_SIGNING_KEY" in outcome.err


def test_a_profile_that_does_not_exist_is_named(desk: Desk, tmp_path: Path) -> None:
    outcome = desk.mmm("verify", "--target", tmp_path / "none.toml", "--out", tmp_path / "out")

    assert outcome.code == 2
    assert "none.toml" in problem_of(outcome)


def test_an_unknown_requirement_is_named(desk: Desk, tmp_path: Path) -> None:
    profile = reference_profile(tmp_path)

    outcome = desk.mmm("verify", "--target", profile, "--out", tmp_path / "out", "--requirement", "FR-99")

    assert outcome.code == 2
    assert "FR-99" in problem_of(outcome)

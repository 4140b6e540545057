"""How a run ends: by its gate, by its verdicts, or by a mistake of ours, which is never a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.cli.main import run
from reports.record import RunFinished
from reports.run import read_events

if TYPE_CHECKING:
    from pathlib import Path

ATTACHED = '[target]\nname = "e"\nurl = "http://127.0.0.1:9"\n'


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give a command that verifies an engine, of which nothing is looked at."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("MMM_SIGNING_KEY", raising=False)
    monkeypatch.setattr("harness.stages.verify.observe", lambda _run: None)
    (tmp_path / "engine.toml").write_text(ATTACHED, "utf-8")
    return ["verify", "--target", str(tmp_path / "engine.toml"), "--out", str(tmp_path / "out")]


def made(tmp_path: Path) -> Path:
    (run_dir,) = (path for path in (tmp_path / "out").iterdir() if path.is_dir())
    return run_dir


@pytest.mark.parametrize(("floor", "code"), [(True, 1), (False, 0)])
def test_a_run_that_breaks_nothing_ends_as_its_gate_says(
    asked: list[str], tmp_path: Path, *, floor: bool, code: int
) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text("[contract_coverage]\noperations = 100\n", "utf-8")

    assert run([*asked, *(["--gate", str(gate)] if floor else [])]) == code

    last = read_events(made(tmp_path))[-1]
    assert isinstance(last, RunFinished)
    assert last.exit_code == code


def test_a_mistake_of_ours_in_a_run_is_one_line_and_its_story_is_kept(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(_run: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("harness.stages.verify.observe", crash)

    code = run(asked)

    log = made(tmp_path) / "logs" / "crash.log"
    line = f"mmm: the harness itself crashed: ZeroDivisionError by nothing (see {log})\n"
    assert (code, capsys.readouterr().err) == (4, line)
    assert "ZeroDivisionError: by nothing" in log.read_text("utf-8")
    assert list((tmp_path / "out").glob("*.zip")) == []


def test_a_mistake_of_ours_anywhere_is_one_line_and_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(_path: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("harness.cli.gate.load_gate", crash)

    assert run(["gate", "x.zip", "--gate", "g.toml"]) == 4
    assert capsys.readouterr().err == "mmm: the harness itself crashed: ZeroDivisionError by nothing\n"

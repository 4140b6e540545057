"""What is told of a run beside its findings: what fell, what crashed, and what a profile declares."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from contracts.register import load_register
from harness.processes import UnbuildableError
from harness.stages import observe
from harness.targets import load_profile
from harness.verdicts import Selection, fold
from reports.record import Note, StageFinished
from reports.run import read_events

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.conftest import Bench

DEVIATING = """
[target]
name = "x"
url = "http://127.0.0.1:9"
[target.deviations]
"POST /a" = { success = 201, why = "old", until = 2999-01-01 }
"POST /b" = { success = 201, why = "older", until = 2000-01-01 }
"""


def notes(bench: Bench) -> list[str]:
    return [event.text for event in read_events(bench.run_dir) if isinstance(event, Note)]


def a_run(bench: Bench, **more: object) -> observe.Run:
    options = SimpleNamespace(selection=Selection())
    known = SimpleNamespace(journal=bench.journal, run_dir=bench.run_dir, options=options, **more)
    return cast("observe.Run", known)


def ground_of(bench: Bench, *engines: object) -> observe.Ground:
    known = SimpleNamespace(running=SimpleNamespace(engines=engines), world=bench.world, before=None)
    return cast("observe.Ground", known)


def test_an_engine_whose_storage_is_gone_is_not_judged(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "fallen", lambda *_: ("PostgreSQL", "Redis"))
    with pytest.raises(UnbuildableError, match=r"^PostgreSQL and Redis ended during the run: nothing can be"):
        observe.look_back(a_run(bench), ground_of(bench))


def test_an_engine_that_ended_on_the_way_is_told_with_its_last_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observe, "fallen", lambda *_: ("PostgreSQL",))
    lives, dead = (SimpleNamespace(running=lambda up=up: up) for up in (True, False))
    engines = (
        SimpleNamespace(process=lives, last_words=lambda: ("all is well",), url="http://one"),
        SimpleNamespace(process=dead, last_words=lambda: ("", "no memory"), url="http://two"),
    )

    with pytest.raises(UnbuildableError):
        observe.look_back(a_run(bench), ground_of(bench, *engines))

    assert notes(bench) == ["the engine at http://two ended during the run: no memory"]


def test_a_stage_of_ours_that_crashes_is_unknown(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr(observe, "fallen", lambda *_: ())
    monkeypatch.setattr(observe, "check_history", crash)
    observe.look_back(a_run(bench), ground_of(bench))

    (ended,) = [event for event in read_events(bench.run_dir) if isinstance(event, StageFinished)]
    assert (ended.stage, ended.problem) == ("history", "crashed: KeyError 'ours'")
    assert "KeyError: 'ours'" in (bench.run_dir / "logs" / "crash.log").read_text("utf-8")
    assert fold(load_register(), read_events(bench.run_dir)).exit_code == 4


def test_a_declared_deviation_is_told_with_its_end(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unbuilt(*_: object) -> None:
        raise UnbuildableError("no")

    monkeypatch.setattr(observe, "build", unbuilt)
    (tmp_path / "engine.toml").write_text(DEVIATING, "utf-8")

    with pytest.raises(UnbuildableError):
        observe.observe(a_run(bench, profile=load_profile(tmp_path / "engine.toml")))

    assert notes(bench) == [
        "deviation: POST /a answers 201, until 2999-01-01: old",
        "deviation: POST /b answers 201, ended 2000-01-01: older",
    ]

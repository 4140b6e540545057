"""A hunt reads along with its parts, and ends them the moment that there is enough."""

from __future__ import annotations

import io
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from rich.console import Console

from harness.processes import work_directory
from harness.qualifying.errand import (
    HUNTED,
    Errand,
    read_errand,
    read_hunted,
    sound_name,
    write_errand,
    write_hunted,
)
from harness.qualifying.known import Known
from harness.qualifying.listing import NAME
from harness.qualifying.trail import Enough, TooLong, Watch, _parts_again
from harness.stages.children import Part, run_together
from harness.stages.journal import Journal
from harness.stages.progress import Progress
from harness.worlds import World
from reports.record import Attribution, Finding, FindingRecorded
from reports.run import EventLog
from tests.qualifying.samples import SCENARIO, a_defect, hunted

if TYPE_CHECKING:
    from pathlib import Path

    from harness.qualifying.record import Defect

ENDLESS = "import threading; threading.Event().wait()"


def an_errand(folder: Path, defect: Defect | None, limit: float = 60.0) -> Errand:
    return Errand(profile="x.toml", run_dir=str(folder), defect=defect, seed=1, limit_seconds=limit)


def a_watch(folder: Path, defect: Defect | None, seconds: float = 60.0) -> Watch:
    return Watch(an_errand(folder, defect), time.monotonic() + seconds)


def a_finding(*requirements: str, blamed: Attribution = Attribution.ENGINE) -> FindingRecorded:
    finding = Finding("F-1", "rule", "GET /x", requirements, "Wrong.", "", blamed)
    return FindingRecorded(at="2026-01-01T00:00:00Z", finding=finding)


def test_it_is_enough_when_the_engine_is_blamed_for_what_the_defect_breaks(tmp_path: Path) -> None:
    watch = a_watch(tmp_path, a_defect("x", "FR-1"))

    watch([a_finding("FR-2"), a_finding("FR-1", blamed=Attribution.HARNESS)])
    with pytest.raises(Enough):
        watch([a_finding("FR-2"), a_finding("FR-9", "FR-1")])


def test_of_the_sound_engine_there_is_never_enough(tmp_path: Path) -> None:
    a_watch(tmp_path, None)([a_finding("FR-1")])


def test_it_ends_when_its_time_is_over(tmp_path: Path) -> None:
    with pytest.raises(TooLong):
        a_watch(tmp_path, a_defect("x", "FR-1"), -1.0)([])


def test_what_runs_is_ended_the_moment_that_there_is_enough(tmp_path: Path) -> None:
    watch = a_watch(tmp_path, a_defect("x", "FR-1"))
    journal = Journal(tmp_path, Progress(Console(file=io.StringIO())), watch)
    world = World(
        engine_urls=("http://127.0.0.1:1",),
        base_path="/v1/mmm",
        ready_path="/ready",
        work_dir="",
        run_dir=str(tmp_path),
        profile="none",
        seed=1,
    )
    with EventLog(tmp_path, "scenarios") as log:
        log.emit(a_finding("FR-1"))
    part = Part(stage="scenarios", argv=(sys.executable, "-c", ENDLESS), limit=60.0)

    with work_directory() as work_dir, pytest.raises(Enough):
        run_together((part,), world, work_dir, journal)
    journal.close()

    words = [" ".join(one.cmdline()) for one in psutil.Process().children(recursive=True)]
    assert [one for one in words if ENDLESS in one] == []


def test_an_errand_and_what_was_seen_are_read_as_they_were_written(tmp_path: Path) -> None:
    errand = an_errand(tmp_path, a_defect("x", "FR-1"))

    assert read_hunted(tmp_path / HUNTED) is None
    write_hunted(tmp_path / HUNTED, hunted(late="late"))

    assert read_errand(write_errand(errand)) == errand
    assert read_hunted(tmp_path / HUNTED) == hunted(late="late")


def test_no_defect_can_be_called_as_the_sound_engine_is() -> None:
    assert NAME.fullmatch(sound_name(1)) is None


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (Known(check=SCENARIO, suite="features"), f"/{SCENARIO}"),
        (Known(check="history: ids", suite="history", scene=SCENARIO), f"/{SCENARIO}"),
        (Known(check="contract:answers:GET /x", suite="contracts", operation="GET /x"), "GET /x"),
        (Known(check="consumer contract of iam: body", suite="consumer"), ""),
    ],
    ids=["a scenario", "what a scenario left", "generated requests", "what has none"],
)
def test_what_caught_it_last_time_is_all_that_runs_first(known: Known, words: str, tmp_path: Path) -> None:
    parts = list(_parts_again(known, ("FR-1",), tmp_path / "world.json"))

    assert bool(parts) is bool(words)
    assert all(part.stage.startswith("again") and part.argv[-1].endswith(words) for part in parts)
    assert len({part.stage for part in parts}) == len(parts)
    assert all(part.idle for part in parts)  # of another day, or another shard's: no trouble

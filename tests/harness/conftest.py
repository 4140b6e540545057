"""A run without an engine."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from harness.processes import work_directory
from harness.stages.children import Part, run_together
from harness.stages.journal import Journal
from harness.stages.progress import Progress
from harness.worlds import World
from reports.record import StageFinished
from reports.run import read_events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Bench:
    """A run without an engine: parts run, and what they write is judged."""

    def __init__(self, folder: Path, work_dir: Path) -> None:
        self.work_dir = work_dir
        self.run_dir = folder / "run"
        self.out = io.StringIO()
        self.journal = Journal(self.run_dir, Progress(Console(file=self.out, width=200)))
        self.world = World(
            engine_urls=("http://127.0.0.1:1",),
            base_path="/v1/mmm",
            ready_path="/ready",
            work_dir=str(work_dir),
            run_dir=str(self.run_dir),
            profile="none",
            seed=1,
        )

    def run(self, *parts: Part) -> dict[str, StageFinished]:
        run_together(parts, self.world, self.work_dir, self.journal)
        return {event.stage: event for event in read_events(self.run_dir) if isinstance(event, StageFinished)}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with work_directory() as work_dir:
        bench = Bench(tmp_path, work_dir)
        yield bench
        bench.journal.close()

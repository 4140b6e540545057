"""The plugin's command line, and what a process of the run keeps for its whole life."""

from __future__ import annotations

import os
import random
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.driving.coverage import Coverage
from harness.plugin.markers import LINES, OWN_WORLD, requirements_of, unknown_requirements
from harness.plugin.watching import Watch, WatchedFiles
from harness.worlds import World, load_world
from reports.record import FindingRecorded
from reports.run import EventLog, now

if TYPE_CHECKING:
    from reports.record import Event, Finding


class Stage:
    """What one process of the scenario stage knows and writes."""

    def __init__(self, world: World, source: str) -> None:
        self.world = world
        self.watch = Watch()
        self._source = source
        self._found: set[str] = set()

    @cached_property
    def events(self) -> EventLog:
        """Return this process' own event file."""
        return EventLog(Path(self.world.run_dir), self._source)

    @cached_property
    def coverage(self) -> Coverage:
        """Return what this process has exercised of the contract."""
        return Coverage(self._source, self.world.base_path)

    def emit(self, event: Event) -> None:
        """Write an event."""
        self.events.emit(event)

    def found(self, finding: Finding) -> None:
        """Write a finding, each once."""
        self.once(FindingRecorded(at=now(), finding=finding))

    def once(self, event: Event) -> None:
        """Write an event; one that tells a finding which was told is left out."""
        if isinstance(event, FindingRecorded):
            if event.finding.id in self._found:
                return
            self._found.add(event.finding.id)
        self.emit(event)


STAGE = pytest.StashKey[Stage]()
_FILES = pytest.StashKey[WatchedFiles]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    group = parser.getgroup("mmm", "MMM scenarios")
    group.addoption("--mmm-world", metavar="FILE", help="the world to run in, as the harness has written it")
    group.addoption(
        "--mmm-requirement",
        metavar="ID",
        action="append",
        default=[],
        help="run only scenarios that show this requirement (may be given again)",
    )
    group.addoption(
        "--mmm-without",
        metavar="ID",
        action="append",
        default=[],
        help="run no scenario that shows this requirement (may be given again)",
    )
    group.addoption(
        "--mmm-quickest-first",
        action="store_true",
        help="begin with the scenarios that share a world: the first finding is what counts",
    )


def configure(config: pytest.Config) -> None:
    """Know our marks and, unless only asked what there is, our world."""
    for line in LINES:
        config.addinivalue_line("markers", line)
    for option in ("--mmm-requirement", "--mmm-without"):
        if problems := unknown_requirements(config.getoption(option)):
            raise pytest.UsageError(f"{option}: {problems[0]}")
    path = config.getoption("--mmm-world")
    if path is not None:
        worker = getattr(config, "workerinput", {}).get("workerid", "")
        config.stash[STAGE] = stage = Stage(
            load_world(Path(path)), f"scenarios-{worker or 'main'}-{os.getpid()}"
        )
        config.stash[_FILES] = files = WatchedFiles(config, stage.watch)
        files.install()
    elif not config.getoption("collectonly"):
        raise pytest.UsageError(
            "--mmm-world FILE is missing: scenarios need an engine to ask (`mmm verify` starts one)"
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Tell what was exercised of the contract, read no more files, and close the event file."""
    stage = config.stash.get(STAGE, None)
    if stage is not None:
        config.stash[_FILES].uninstall()
        stage.coverage.tell(stage.emit)
        stage.events.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what was asked for, in an order drawn from the seed, so that nothing can come to depend on one.

    Begin with what takes longest, the scenarios with worlds of their own, unless the rest is wanted first.
    """
    wanted, unwanted = set(config.getoption("--mmm-requirement")), set(config.getoption("--mmm-without"))
    shown = {item: set(requirements_of(item)) for item in items}
    kept = [one for one in items if (not wanted or wanted & shown[one]) and not unwanted & shown[one]]
    if dropped := [item for item in items if item not in set(kept)]:
        config.hook.pytest_deselected(items=dropped)
    if (stage := config.stash.get(STAGE, None)) is not None:
        random.Random(stage.world.seed).shuffle(kept)  # noqa: S311 - an order needs no secrecy, but a replay
    shared_first = config.getoption("--mmm-quickest-first")
    items[:] = sorted(kept, key=lambda item: (item.get_closest_marker(OWN_WORLD) is None) is not shared_first)

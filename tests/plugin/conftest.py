"""A run of the plugin: scenarios of a test's own, in pytest of their own, against a stand-in engine."""

from __future__ import annotations

import base64
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

import harness.plugin
from harness.processes import work_directory
from harness.services import fakes
from harness.worlds import World, save_world
from reports.record import (
    CoverageObserved,
    Event,
    Exchange,
    ExchangeRecorded,
    FaultInjected,
    Finding,
    FindingRecorded,
    ScenarioFinished,
)
from reports.run import read_events
from tests.plugin.standin import standing_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from types import ModuleType


class Served(Protocol):
    """An engine that listens somewhere."""

    @property
    def url(self) -> str: ...


ROOT = Path(__file__).parent.parent.parent
SETTINGS = ("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function")
# Imported above, so that each run in this process finds it imported.
PLUGIN = harness.plugin.__name__
PLUGINS = ("-p", "xdist", "-p", "asyncio", "-p", PLUGIN)
HEAD = """
from harness.scenario import *
"""


@dataclass(frozen=True)
class Ran:
    """What a run of the plugin printed and wrote."""

    code: int
    out: str
    events: list[Event]

    @property
    def finished(self) -> list[ScenarioFinished]:
        return [event for event in self.events if isinstance(event, ScenarioFinished)]

    @property
    def only(self) -> ScenarioFinished:
        (event,) = self.finished
        return event

    @property
    def findings(self) -> list[Finding]:
        return [event.finding for event in self.events if isinstance(event, FindingRecorded)]

    def of(self, name: str) -> ScenarioFinished:
        """Return how the scenario of that name ended: they run in an order drawn from the seed."""
        (event,) = (one for one in self.finished if one.scenario.endswith(f"::test_{name}"))
        return event

    def finding_of(self, name: str) -> Finding:
        (finding,) = (one for one in self.findings if one.id == self.of(name).finding)
        return finding

    @property
    def exchanges(self) -> list[Exchange]:
        return [event.exchange for event in self.events if isinstance(event, ExchangeRecorded)]

    @property
    def covered(self) -> tuple[str, ...]:
        return tuple(
            name for event in self.events if isinstance(event, CoverageObserved) for name in event.points
        )

    @property
    def faults(self) -> list[FaultInjected]:
        return [event for event in self.events if isinstance(event, FaultInjected)]


class Imported:
    """Keeps what runs in this process were the first to import; pytester forgets all of it, twice.

    Libraries hold on to classes of what they import late (httpx to httpcore's errors), so a second import
    would leave this process with two of each.
    """

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        ours = str(config.rootpath)
        for name, module in sys.modules.items():
            if not str(getattr(module, "__file__", None) or ours).startswith(ours):
                self.modules.setdefault(name, module)

    def restore(self) -> None:
        sys.modules.update(self.modules | sys.modules)


@pytest.fixture
def imported() -> Iterator[Imported]:
    """Set up before pytester, so that it has the last word after pytester's own clean-up."""
    kept = Imported()
    yield kept
    kept.restore()


@pytest.fixture(scope="session")
def fake_urls() -> Iterator[dict[str, str]]:
    with work_directory() as work_dir, fakes(work_dir, work_dir / "fakes") as urls:
        yield urls


def a_world(tmp_path: Path, engine_url: str, fakes: dict[str, str], seed: int = 7) -> World:
    """Return a world of an engine that somebody else has started."""
    return World(
        engine_urls=(engine_url,),
        base_path="/v1/mmm",
        ready_path="/v1/mmm/ready",
        work_dir=str(tmp_path),
        run_dir=str(tmp_path / "run"),
        profile=str(tmp_path / "profile.toml"),
        seed=seed,
        fakes=fakes,
        signing_public_key=base64.b64encode(bytes(32)).decode(),
    )


@pytest.fixture
def run(
    imported: Imported,
    pytester: pytest.Pytester,
    tmp_path: Path,
    fake_urls: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Ran]:
    """Run scenarios in a file of their own against a stand-in engine, or another one that is served."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    for name in ("PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS", "PYTEST_XDIST_TESTRUNUID"):
        monkeypatch.delenv(name, raising=False)

    def run(
        source: str,
        *options: str,
        seed: int = 7,
        engine: Callable[[], AbstractContextManager[Served]] = standing_in,
    ) -> Ran:
        path = pytester.path / "features" / "test_it.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + source, "utf-8")
        with engine() as served:
            world = a_world(tmp_path, served.url, fake_urls, seed)
            save_world(world, tmp_path / "world.json")
            settings = [*SETTINGS, "--import-mode=importlib", f"--rootdir={pytester.path}"]
            arguments = [*PLUGINS, *settings, f"--mmm-world={tmp_path / 'world.json'}", *options, str(path)]
            if any(option.startswith("-n") for option in options):
                done = pytester.run(sys.executable, "-m", "pytest", *arguments)
            else:
                done = pytester.runpytest_inprocess(*arguments, plugins=[imported])
                imported.restore()
        written = (tmp_path / "run" / "events").exists()
        return Ran(
            done.ret, done.stdout.str() + done.stderr.str(), read_events(tmp_path / "run") if written else []
        )

    return run

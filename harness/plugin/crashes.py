"""A scenario whose process died under it is unknown, with everything else that can be said of it.

The dead process cannot write its end, so the one that watches it does.
"""

from __future__ import annotations

import importlib.util
import inspect
from itertools import chain
from typing import TYPE_CHECKING

from harness.plugin.judgement import UNKNOWN
from harness.plugin.markers import REQUIREMENT
from harness.plugin.options import STAGE
from reports.record import ScenarioFinished
from reports.run import now

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Crashes:
    """Watches over workers; only registered where pytest-xdist is, whose hook this is."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_handlecrashitem(self, crashitem: str) -> None:
        """Write the end of a scenario whose worker has died."""
        path, _, name = crashitem.partition("::")
        title, requirements = _said_of(self._config.rootpath / path, name.partition("[")[0])
        self._config.stash[STAGE].emit(
            ScenarioFinished(
                at=now(),
                scenario=crashitem,
                suite=(self._config.rootpath / path).parent.name,
                title=title,
                requirements=requirements,
                outcome=UNKNOWN,
                seconds=0.0,
                reason="the process that ran it died",
            )
        )


def configure(config: pytest.Config) -> None:
    """Watch, where there are workers to be watched."""
    if config.pluginmanager.has_plugin("xdist") and STAGE in config.stash:
        config.pluginmanager.register(Crashes(config), "mmm-crashes")


def _said_of(path: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """Return a scenario's sentence and requirements, read from its file."""
    spec = importlib.util.spec_from_file_location(f"crashed_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path}: cannot be read to say what crashed")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name)
    marks = chain(getattr(function, "pytestmark", ()), getattr(module, "pytestmark", ()))
    ids = (str(identifier) for mark in marks if mark.name == REQUIREMENT for identifier in mark.args)
    title = " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())
    return title, tuple(dict.fromkeys(ids))

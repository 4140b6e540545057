"""The pytest plugin: `-p harness.plugin --mmm-world FILE`. It runs scenarios and writes what came of them.

Rule: nothing is registered at import; pytest finds hooks and fixtures by the names below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.plugin import crashes, options
from harness.plugin.fixtures import (
    alerting,
    audit_log,
    controls,
    database,
    engine,
    engine_log,
    eris,
    given,
    governance,
    iam,
    llm,
    names,
    otlp,
    people,
    place,
    policy,
    recorder,
    redis,
    running,
    stored,
    trials,
    ubi,
    wallet,
    world,
)
from harness.plugin.markers import pytest_pycollect_makeitem
from harness.plugin.options import pytest_addoption, pytest_collection_modifyitems, pytest_unconfigure
from harness.plugin.scenario_run import pytest_runtest_makereport, pytest_runtest_protocol

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Read what we were given, then watch over the workers."""
    options.configure(config)
    crashes.configure(config)


__all__ = [
    "alerting",
    "audit_log",
    "controls",
    "database",
    "engine",
    "engine_log",
    "eris",
    "given",
    "governance",
    "iam",
    "llm",
    "names",
    "otlp",
    "people",
    "place",
    "policy",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_pycollect_makeitem",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_unconfigure",
    "recorder",
    "redis",
    "running",
    "stored",
    "trials",
    "ubi",
    "wallet",
    "world",
]

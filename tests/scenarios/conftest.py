"""Scenarios are marked: so that their modules can be imported, their marks are known here too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.plugin.markers import LINES

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    for line in LINES:
        config.addinivalue_line("markers", line)

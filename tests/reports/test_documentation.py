"""The examples in the documentation hold: the specifications' own vectors among them."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "reports.formats.coverage",
        "reports.formats.latency",
        "reports.formats.plot",
        "reports.formats.text",
        "reports.keys",
        "reports.pack.dsse",
        "reports.redaction",
        "reports.run.config",
    ],
)
def test_examples_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))

    assert result.attempted
    assert result.failed == 0

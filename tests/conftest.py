"""What may be asked of the tests: how deep to fuzz the fakes, from which seed, how often to prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fakes")
    group.addoption("--fuzz-examples", type=int, default=3, help="Cases for each operation of a fake.")
    group.addoption("--fuzz-seed", type=int, default=1, help="Where their chance begins.")
    proofs = parser.getgroup("engine")
    proofs.addoption(
        "--repetitions", type=int, default=5, help="How often a proof of the engine is repeated."
    )

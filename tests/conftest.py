"""What may be asked of the tests: how deep to fuzz the fakes, from which seed, how often to prove.

And their order: what takes longest comes first, so that the last tests are short ones, and all workers end
together.
"""

from __future__ import annotations

import pytest

LONGEST = ("tests/acceptance/", "tests/harness/test_cli.py", "tests/engine/proof/")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fakes")
    group.addoption("--fuzz-examples", type=int, default=3, help="Cases for each operation of a fake.")
    group.addoption("--fuzz-seed", type=int, default=1, help="Where their chance begins.")
    proofs = parser.getgroup("engine")
    proofs.addoption(
        "--repetitions", type=int, default=5, help="How often a proof of the engine is repeated."
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))

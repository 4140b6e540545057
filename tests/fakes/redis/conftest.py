from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.fakes.redis.house import Place, real_valkey, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

settings.register_profile("redis-proof", max_examples=450, print_blob=True)


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real Valkey that the valkey backend stands in front of."""
    with real_valkey() as url:
        yield url


@pytest.fixture
def bare() -> Iterator[str]:
    """A real Valkey that nothing of ours stands in front of."""
    with real_valkey() as url:
        yield url


@pytest.fixture(params=["memory", "valkey"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """The Redis fake over either backend, empty, in a thread of its own."""
    upstream = request.getfixturevalue("valkey_url") if request.param == "valkey" else None
    with standing(upstream) as found:
        found.reset()
        yield found


@pytest.fixture
def memory() -> Iterator[Place]:
    """The Redis fake over the memory backend."""
    with standing(None) as found:
        yield found

"""What the tests of the contract run share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.fuzzing import Options, Summary, run_fuzzing
from harness.worlds import World
from tests.fuzzing import standin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reports.record import Event

Fuzz = "Callable[..., Summary]"


@pytest.fixture
def events() -> list[Event]:
    """Hold what a run emits."""
    return []


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    """Give the world of a stand-in."""

    def of(url: str, *, seed: int = 7, missing: tuple[str, ...] = ()) -> World:
        return World(
            engine_urls=(url,),
            base_path="/v1",
            ready_path="/v1/health",
            work_dir=str(tmp_path),
            run_dir=str(tmp_path),
            profile="standin.toml",
            seed=seed,
            missing_operations=missing,
        )

    return of


@pytest.fixture
def fuzz(world: Callable[..., World], events: list[Event]) -> Callable[..., Summary]:
    """Fuzz a stand-in with few examples."""

    def run(server: standin.Standin, **settings: object) -> Summary:
        where = world(server.url, seed=settings.pop("seed", 7), missing=settings.pop("missing", ()))
        default = {
            "document": standin.document(),
            "mint": standin.mint,
            "max_examples": 5,
            "stateful_examples": 3,
        }
        return run_fuzzing(where, Options(**(default | settings)), events.append)  # type: ignore[arg-type] # by name

    return run

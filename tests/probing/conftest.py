"""What the tests of our own checks share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.probing import Options, Summary, run_probing
from harness.worlds import World
from tests.probing import standin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reports.record import Event


@pytest.fixture
def events() -> list[Event]:
    """Hold what a run emits."""
    return []


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    """Give the world of a stand-in."""

    def of(url: str, *, missing: tuple[str, ...] = ()) -> World:
        return World(
            engine_urls=(url,),
            base_path="/v1/mmm",
            ready_path="/v1/mmm/health",
            work_dir=str(tmp_path),
            run_dir=str(tmp_path),
            profile="standin.toml",
            seed=7,
            missing_operations=missing,
        )

    return of


@pytest.fixture
def probe(world: Callable[..., World], events: list[Event]) -> Callable[..., Summary]:
    """Probe a stand-in, which vouches for everybody itself."""

    def run(server: standin.Standin, **settings: object) -> Summary:
        where = world(server.url, missing=settings.pop("missing", ()))
        default = {"document": standin.document(), "mint": server.mint, "flaws": standin.FLAWS}
        return run_probing(where, Options(**(default | settings)), events.append)  # type: ignore[arg-type] # by name

    return run

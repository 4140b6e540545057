"""An engine's numbers, over all of its replicas, and whether they can be compared at all."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from harness.driving.failures import not_exercised
from harness.driving.metrics import fell

if TYPE_CHECKING:
    from harness.driving.engine import EngineClient
    from harness.worlds import World

# Two processes that answer by turns or by chance tell other numbers in one of so many looks.
LOOKS = 20


async def metrics_of(engine: EngineClient, world: World) -> str:
    """Return what /metrics says, one replica after the other."""
    return "\n".join([(await engine.public("metrics")).text for _ in world.engine_urls])


async def told_by_one_process(engine: EngineClient, world: World) -> str:
    """Return what /metrics says; leave the scenario where several processes each tell their own numbers.

    They do where what only grows is less in one look than in the one before.
    """
    looks = [await metrics_of(engine, world) for _ in range(LOOKS)]
    if any(fell(then, now) for then, now in itertools.pairwise(looks)):
        not_exercised("each process tells its own numbers")
    return looks[-1]

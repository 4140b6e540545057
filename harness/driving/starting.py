"""Starting the engine again: what another start shows means something only where the same one works."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from harness.driving.failures import not_exercised

if TYPE_CHECKING:
    from harness.worlds import Running


async def starts_again(running: Running) -> None:
    """Start the engine again as it was; leave the scenario where it does not get ready a second time."""
    engine = running.engine
    if why_not := await asyncio.to_thread(engine.restart_as, engine.blueprint):
        not_exercised(f"the engine does not start a second time as it was: {why_not}")

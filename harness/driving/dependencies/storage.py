"""The engine's database and Redis, as far as they can be taken from it: by the line that leads there.

Rule: what is kept there is never touched. What a line has lost is lost: it comes neither late nor twice.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from harness.driving.recorder import Disturbance

if TYPE_CHECKING:
    from harness.driving.recorder import Recorder
    from harness.lines import Line


class Storage:
    """The database or Redis, for one scenario in a world of its own."""

    def __init__(self, name: str, line: Line, recorder: Recorder) -> None:
        self.name = name
        self._line = line
        self._recorder = recorder

    async def goes_down(self) -> None:
        """Close every connection, and each new one at once, until `heals`."""
        await self.heals()
        await asyncio.to_thread(self._line.cut)

    async def never_answers(self) -> None:
        """Take connections and all that is said on them, hand nothing on and say nothing, until `heals`."""
        await self.heals()
        await asyncio.to_thread(self._line.fall_silent)

    async def times_missed(self) -> int:
        """Return how often the engine has met what is wrong with it; a connection that is cut is once."""
        return await asyncio.to_thread(self._line.times_struck)

    async def heals(self) -> None:
        """Be reached again; connections on which something was lost are closed."""
        loss = await asyncio.to_thread(self._line.heal)
        if loss is not None:
            self._recorder.fault_over(self.name, loss.fault, None, loss.armed_at, tuple(loss.fired_at))
            what = f"{self.name} {loss.fault}"
            self._recorder.disturbances.append(Disturbance(what, is_fault=True, hits=loss.times))

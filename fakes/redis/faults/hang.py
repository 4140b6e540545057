"""A command that hangs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

if TYPE_CHECKING:
    from fakes.redis.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing to this command until its client goes; with `seconds`, run and answer it that much later.

    Other connections go on; on this one, what is pipelined behind it waits, as the order of replies asks for.
    """

    seconds: Annotated[float, Meta(ge=0, le=3600)] | None = None

    async def strike(self, scene: Scene) -> None:
        """Hang."""
        scene.fire()
        if self.seconds is None:
            await scene.gone()
            return
        await asyncio.sleep(self.seconds)
        await scene.run()

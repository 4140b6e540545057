"""A slow answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class Delay:
    """Process the request as it comes, and send its normal answer this much later.

    A client that has given up meanwhile has been heard all the same.
    """

    seconds: Annotated[float, Meta(ge=0, le=3600)]

    async def strike(self, scene: Scene) -> None:
        """Process, wait, answer."""
        answer = scene.normally()
        await asyncio.sleep(self.seconds)
        scene.answer(answer)

"""A body that takes its time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from fakes.shape.faults.scene import shows_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.shape.faults.scene import Scene

_SHORTEST_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class SlowBody:
    """Process the request, send the head of its normal answer at once, and the body in drips.

    `bytes_per_second` is the rate; after `at_most_seconds` of pauses the rest comes at once, so that the
    answer is always whole. Strikes when the body is first held back.
    """

    bytes_per_second: Annotated[float, Meta(gt=0, le=1e9)] = 20.0
    at_most_seconds: Annotated[float, Meta(gt=0, le=3600)] = 10.0

    async def strike(self, scene: Scene) -> None:
        """Send the head, then drip."""
        answer = scene.normally()
        if not shows_body(scene, answer):
            scene.answer(answer)
            return
        answer = scene.journaled(answer)
        scene.link.head(answer, len(answer.body))
        await scene.link.flushed()
        scene.struck()
        for pause, drip in self.drips(answer.body):
            await asyncio.sleep(pause)
            scene.link.write(drip)

    def drips(self, body: bytes) -> Iterator[tuple[float, bytes]]:
        """Yield how long to pause before each piece of a body, and the piece."""
        size = max(1, int(self.bytes_per_second * _SHORTEST_PAUSE))
        pause = size / self.bytes_per_second
        dripping = min(int(self.at_most_seconds / pause) * size, len(body))
        for start in range(0, dripping, size):
            yield pause, body[start : min(start + size, dripping)]
        if dripping < len(body):
            yield self.at_most_seconds % pause, body[dripping:]

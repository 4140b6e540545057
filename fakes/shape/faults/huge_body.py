"""More than anybody wants to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from fakes.shape.faults.scene import shows_body

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene

_PIECE = b" " * 65_536


@dataclass(frozen=True, slots=True)
class HugeBody:
    """Process the request, and send its normal answer with white space after the body, `size` bytes in all.

    It is whole, well framed and, if JSON, means what it should: only its size is wrong. It is made while the
    client reads, in pieces of 64 KiB, and journaled without the white space. Strikes when that begins.
    """

    size: Annotated[int, Meta(ge=1_048_576, le=10_737_418_240)] = 104_857_600

    async def strike(self, scene: Scene) -> None:
        """Send the body, then nothing for long."""
        answer = scene.normally()
        if not shows_body(scene, answer) or len(answer.body) >= self.size:
            scene.answer(answer)
            return
        answer = scene.journaled(answer)
        scene.link.head(answer, self.size)
        scene.link.write(answer.body)
        scene.struck()
        await self._pad(scene, self.size - len(answer.body))

    async def _pad(self, scene: Scene, left: int) -> None:
        while left > 0:
            await scene.link.flushed()
            scene.link.write(_PIECE[:left])
            left -= len(_PIECE)

"""A body that ends too early."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from fakes.shape.faults.scene import shows_body

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class TruncatedBody:
    """Process the request, and send its normal answer up to this share of the body; then close (FIN).

    The head promises the whole body, and at least its last byte is never sent. Strikes when the cut is made:
    after a client has let all that comes before it be sent.
    """

    share: Annotated[float, Meta(ge=0, lt=1)] = 0.5

    async def strike(self, scene: Scene) -> None:
        """Promise all, send a part, close."""
        whole = scene.normally()
        if not shows_body(scene, whole):
            scene.answer(whole)
            return
        cut = scene.journaled(whole.with_body(whole.body[: int(len(whole.body) * self.share)]))
        scene.link.head(cut, len(whole.body))
        scene.link.write(cut.body)
        await scene.link.flushed()
        scene.struck()
        scene.link.close()

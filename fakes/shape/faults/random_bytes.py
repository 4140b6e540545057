"""Noise in place of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class RandomBytes:
    """Take the request, do nothing with it, send `size` random bytes instead of HTTP, and close (FIN).

    The same `seed` makes the same bytes, others at each strike. Strikes when they are sent.
    """

    size: Annotated[int, Meta(ge=1, le=1_048_576)] = 256
    seed: Annotated[int, Meta(ge=0)] = 0

    async def strike(self, scene: Scene) -> None:
        """Send noise, close."""
        noise = scene.random(self.seed).randbytes(self.size)
        scene.struck()
        scene.link.write(noise)
        scene.link.close()

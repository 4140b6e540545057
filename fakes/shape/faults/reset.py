"""A connection that breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class Reset:
    """Take the request, do nothing with it, and break the connection with RST."""

    async def strike(self, scene: Scene) -> None:
        """Reset."""
        scene.struck()
        scene.link.reset()

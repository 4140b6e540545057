"""A connection that ends politely, and without a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class EmptyReply:
    """Take the request, do nothing with it, and close the connection cleanly (FIN) without a byte."""

    async def strike(self, scene: Scene) -> None:
        """Close."""
        scene.struck()
        scene.link.close()

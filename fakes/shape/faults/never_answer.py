"""No answer, on an open connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class NeverAnswer:
    """Take the request, do nothing with it, and keep the connection open until the client gives up."""

    async def strike(self, scene: Scene) -> None:
        """Wait for the client to go."""
        scene.struck()
        await scene.link.gone()

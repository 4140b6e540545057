"""A request that was served, and nobody will ever say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class ProcessedButNoAnswer:
    """Process the request as it comes (a receipt is stored), and send nothing.

    `connection`: closed cleanly, or kept open until the client gives up. Strikes after processing, when the
    answer is withheld.
    """

    connection: Literal["close", "keep_open"] = "close"

    async def strike(self, scene: Scene) -> None:
        """Process, and be silent."""
        scene.normally()
        scene.struck()
        if self.connection == "close":
            scene.link.close()
        else:
            await scene.link.gone()

"""A status instead of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class Status:
    """Answer with this status in the fake's own error shape; the request is not processed.

    A health route answers 503 as a health route does: it is unhealthy.
    """

    status: Annotated[int, Meta(ge=400, le=599)]

    async def strike(self, scene: Scene) -> None:
        """Answer."""
        scene.struck()
        scene.answer(scene.error(self.status))

"""A way that leads back to itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fakes.http.answer import Answer

if TYPE_CHECKING:
    from fakes.http.request import Request
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class RedirectLoop:
    """Do nothing with the request, and redirect it to where it came; 307 and 308 keep method and body.

    Every request of a client that follows is redirected again, and each is a strike.
    """

    status: Literal[301, 302, 303, 307, 308] = 307

    async def strike(self, scene: Scene) -> None:
        """Redirect."""
        scene.struck()
        scene.answer(Answer(self.status, b"", (("Location", _target(scene.request)),), None))


def _target(request: Request) -> str:
    return f"{request.path}?{request.query}" if request.query else request.path

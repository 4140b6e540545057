"""The right words under a wrong label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from fakes.shape.faults.scene import shows_body

if TYPE_CHECKING:
    from fakes.shape.faults.scene import Scene

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 -- a token of RFC 9110
_MEDIA_TYPE = rf"^{_TOKEN}/{_TOKEN}( *; *{_TOKEN}=[\x21-\x7e]+)*$"


@dataclass(frozen=True, slots=True)
class WrongContentType:
    """Process the request, and send its normal answer, its body byte for byte, under this `content_type`.

    Where the contract allows that type, nothing strikes.
    """

    content_type: Annotated[str, Meta(pattern=_MEDIA_TYPE, max_length=200)] = "text/html"

    async def strike(self, scene: Scene) -> None:
        """Answer under another type."""
        answer = scene.normally()
        mislabelled = answer.with_type(self.content_type)
        if shows_body(scene, answer) and scene.breaks(mislabelled):
            scene.struck()
            answer = mislabelled
        scene.answer(answer)

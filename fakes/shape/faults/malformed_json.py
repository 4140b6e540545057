"""Something that was meant to be JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.shape.faults.fitness import answers_json, is_json
from fakes.shape.faults.scene import shows_body

if TYPE_CHECKING:
    from contracts.compiled import Checks
    from fakes.shape.faults.scene import Scene


@dataclass(frozen=True, slots=True)
class MalformedJson:
    """Process the request, and send its normal answer without the last character of its JSON.

    Length and type are right: only a parser can tell. The last byte of an object, a list or a text is what
    ends it; a number or a word gets a comma instead.
    """

    async def strike(self, scene: Scene) -> None:
        """Answer with a body that no parser takes."""
        answer = scene.normally()
        if is_json(answer.content_type) and shows_body(scene, answer):
            answer = answer.with_body(malformed(answer.body))
            scene.struck()
        scene.answer(answer)

    def fits(self, checks: Checks) -> bool:
        """Say whether an operation answers in JSON."""
        return answers_json(checks)


def malformed(body: bytes) -> bytes:
    """Return JSON made malformed."""
    whole = body.rstrip()
    return whole[:-1] if whole[-1:] in (b"}", b"]", b'"') else whole + b","

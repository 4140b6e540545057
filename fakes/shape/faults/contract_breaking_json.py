"""JSON that says something else than was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

import msgspec

from fakes.http.answer import encode_json
from fakes.shape.faults.breaking import Way, broken
from fakes.shape.faults.fitness import can_be_broken, is_json
from fakes.shape.faults.scene import shows_body

if TYPE_CHECKING:
    from contracts.compiled import Checks
    from fakes.http.answer import Answer
    from fakes.shape.faults.scene import Scene

_TRIES = 2000


@dataclass(frozen=True, slots=True)
class ContractBreakingJson:
    """Process the request, and send its normal answer with one change to its JSON that breaks the contract.

    `by`: a required member is missing, a value has another type, or whichever of the two breaks it first.
    What is sent has been checked against the schema in the fake's own document and found in breach.
    """

    by: Literal["dropping", "retyping", "either"] = "either"

    async def strike(self, scene: Scene) -> None:
        """Answer with well-formed JSON outside the contract."""
        answer = scene.normally()
        breach = self._breach(scene, answer)
        if breach is not None:
            scene.struck()
        scene.answer(breach or answer)

    def fits(self, checks: Checks) -> bool:
        """Say whether an operation has a success whose schema can be broken like this."""
        return can_be_broken(checks, self._ways())

    def _breach(self, scene: Scene, answer: Answer) -> Answer | None:
        if not (is_json(answer.content_type) and shows_body(scene, answer)):
            return None
        near = broken(msgspec.json.decode(answer.body), self._ways())
        breaches = (answer.with_body(encode_json(value)) for value in islice(near, _TRIES))
        return next((breach for breach in breaches if scene.breaks(breach)), None)

    def _ways(self) -> frozenset[Way]:
        return frozenset({"dropping", "retyping"} if self.by == "either" else {self.by})

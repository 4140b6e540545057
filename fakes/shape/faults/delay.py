"""A slow answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

if TYPE_CHECKING:
    from random import Random

    from fakes.shape.faults.scene import Scene

Seconds = Annotated[float, Meta(ge=0, le=3600)]
Seed = Annotated[int, Meta(ge=0)]


class Uniform(Struct, frozen=True, forbid_unknown_fields=True, tag_field="distribution", tag="uniform"):
    """Any time from `low` to `high`, each as likely; `seed` makes the row of them repeatable."""

    low: Seconds
    high: Seconds
    seed: Seed = 0

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is beyond high")

    def draw(self, random: Random) -> float:
        """Return one time."""
        return random.uniform(self.low, self.high)


class Lognormal(Struct, frozen=True, forbid_unknown_fields=True, tag_field="distribution", tag="lognormal"):
    """Half of the times below `median`, and a long tail that `sigma` stretches and `at_most` ends."""

    median: Annotated[float, Meta(gt=0, le=3600)]
    sigma: Annotated[float, Meta(ge=0, le=5)]
    at_most: Seconds = 60.0
    seed: Seed = 0

    def draw(self, random: Random) -> float:
        """Return one time."""
        return min(random.lognormvariate(log(self.median), self.sigma), self.at_most)


@dataclass(frozen=True, slots=True)
class Delay:
    """Process the request as it comes, and send its normal answer this much later.

    A client that has given up meanwhile has been heard all the same. Strikes when the waiting begins.
    """

    seconds: Seconds | Uniform | Lognormal

    async def strike(self, scene: Scene) -> None:
        """Process, wait, answer."""
        answer = scene.normally()
        seconds = self._drawn(scene)
        scene.struck()
        await asyncio.sleep(seconds)
        scene.answer(answer)

    def _drawn(self, scene: Scene) -> float:
        if isinstance(self.seconds, Uniform | Lognormal):
            return self.seconds.draw(scene.random(self.seconds.seed))
        return self.seconds

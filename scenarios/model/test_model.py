"""An engine does, step by step, what a small model of it does."""

from __future__ import annotations

from harness.scenario import Bounds, Trials, requirement
from scenarios.model.asking import DECIDED, KINDS, WHOLE
from scenarios.model.machine import Machine

BOUNDS = Bounds(steps=2000, moves=34)


@requirement("FR-3", "FR-7", "FR-14")
async def test_an_engine_and_the_model_of_it_agree(trials: Trials) -> None:
    """Whatever is done in whatever order, every answer is one that the model expects.

    Where the specification leaves a choice the model takes any sensible answer, and holds the engine to it.
    """
    await trials.run(Machine, BOUNDS, KINDS)

    trials.made_often(WHOLE, of=DECIDED, share=0.95)

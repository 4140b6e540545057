"""Contract fuzzing: schemathesis over the engine's contract, each of its checks a requirement's.

Rule: schemathesis is loaded when it is needed: who only asks how to fuzz does without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.fuzzing.options import Options, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.worlds import World
    from reports.record import Event

__all__ = ["Options", "Summary", "run_fuzzing"]


def run_fuzzing(world: World, options: Options, emit: Callable[[Event], None]) -> Summary:
    """Fuzz the world's engine; every event goes to `emit`, and the summary says what came of it."""
    from harness.fuzzing import run  # noqa: PLC0415 - this loads schemathesis

    return run.run_fuzzing(world, options, emit)

"""The history stage: what the whole run shows, once every other stage is over."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from harness.driving.sent import sent_secrets
from harness.history import CHECKS, judge_history
from harness.history.gathering import gather
from reports.record import ScenarioFinished
from reports.run import read_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.worlds import Running
    from reports.record import Event


async def check_history(
    running: Running, before: str | None, asked: tuple[str, ...], emit: Callable[[Event], None]
) -> str:
    """Judge a run's history and return the stage's summary. `asked`: the requirements, if not all."""
    checks = [check for check in CHECKS if not asked or set(asked) & set(check.requirements)]
    world, outcomes = running.world, Counter[str]()
    secrets = [secret for engine in running.engines for secret in engine.blueprint.unspeakable]
    history = await gather(
        world,
        read_events(Path(world.run_dir)),
        before=before,
        secrets=[*secrets, *sent_secrets(Path(world.work_dir))],
        alive=all(engine.process.running() for engine in running.engines),
    )
    for event in judge_history(history, world.seed, checks):
        emit(event)
        if isinstance(event, ScenarioFinished):
            outcomes[event.outcome] += 1
    return ", ".join(f"{times} {outcome.replace('_', ' ')}" for outcome, times in outcomes.items())

"""Worlds of a scenario's own: an engine, storage and fakes that it may break, ended with it.

Rule: only so many at once as the machine can bear, over all processes of the stage.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import fcntl
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from harness.driving.failures import not_exercised
from harness.stages.consumer import collect_breaches
from harness.worlds import NotExercisableError, plan_like, start_world, worlds_at_once
from reports.record import EngineStarted, FaultInjected
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.plugin.options import Stage
    from harness.worlds import Running
    from reports.record import Setting

# What is no setting of the engine but how many of its processes there are to be.
REPLICAS = "replicas"
_POLL = 0.05


@contextlib.contextmanager
def turn(folder: Path, places: int) -> Iterator[None]:
    """Wait for one of so many places, and hold it; a process that dies gives its place back."""
    files = [(folder / f"own-world-{number}.lock").open("w") for number in range(places)]
    try:
        while not any(_taken(file.fileno()) for file in files):
            time.sleep(_POLL)
        yield
    finally:
        for file in files:
            file.close()


@contextlib.contextmanager
def own_world(
    stage: Stage, scenario: str, settings: Mapping[str, Setting], lines: tuple[str, ...] = ()
) -> Iterator[Running]:
    """Start a world like the stage's with other settings; ask its fakes what was sent to them, and end it.

    Of its storage, the engine reaches by a line what `lines` names.
    """
    asked = dict(settings)
    replicas = asked.pop(REPLICAS, None)
    label = "own-" + re.sub(r"[^a-z0-9]+", "-", scenario.rpartition("::")[2].lower()).strip("-")[:60]
    try:
        plan = plan_like(
            stage.world,
            label,
            settings=asked,
            replicas=None if replicas is None else int(replicas),
            lines=lines,
        )
        plan.variables()
    except NotExercisableError as reason:
        not_exercised(str(reason))
    with turn(Path(stage.world.work_dir), worlds_at_once()), start_world(plan) as running:
        stage.emit(
            EngineStarted(
                at=now(),
                url=running.engine.url,
                seconds=running.seconds,
                replicas=len(running.engines),
                scenario=scenario,
                settings=asked,
            )
        )
        try:
            yield _knowing(running, stage.world.missing_operations)
        finally:
            _tell_blows(stage, scenario, running)
            own = running.world
            asyncio.run(collect_breaches(own.fakes, stage.once, seed=own.seed, world=own.label))


def _knowing(running: Running, missing: tuple[str, ...]) -> Running:
    """Return a world in which is known what the preflight found missing: it is the same engine's."""
    world = msgspec.structs.replace(running.world, missing_operations=missing)
    return dataclasses.replace(running, world=world)


def _tell_blows(stage: Stage, scenario: str, running: Running) -> None:
    """Write what was done to the engine's processes: a blow is armed and strikes in one."""
    for engine in running.engines:
        for blow in engine.blows:
            stage.emit(
                FaultInjected(
                    at=now(),
                    scenario=scenario,
                    dependency="engine",
                    fault=blow.fault,
                    armed_at=blow.at,
                    fired_at=(blow.at,),
                )
            )


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""The stages of a run, in their order.

Services, engine, preflight, scenarios with contracts, resilience, load, and history: what all of it shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import traceback
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from harness.corpus import repeat_corpus
from harness.history.gathering import scrape
from harness.preflight import run_preflight
from harness.processes import CHECKOUT, UnbuildableError, work_directory
from harness.services import fallen
from harness.services.storage import storage_of
from harness.stages.children import ScenarioOptions, contracts_parts, load_part, run_together, scenarios_part
from harness.stages.config import write_versions
from harness.stages.consumer import collect_breaches
from harness.stages.coverage import declared
from harness.stages.history import check_history
from harness.stages.receipts import collect_receipts
from harness.worlds import Plan, save_world, start_world
from reports.record import EngineStarted
from reports.run import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.stages.journal import Journal, Outcome
    from harness.stages.options import Options
    from harness.stages.planning import Parts
    from harness.targets import Profile
    from harness.worlds import Running, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run on its way."""

    options: Options
    environment: str
    seed: int
    profile: Profile
    parts: Parts
    run_dir: Path
    journal: Journal


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on: its engines, the world as the preflight found it, its metrics from before."""

    running: Running
    world: World
    before: str | None
    work_dir: Path


def observe(run: Run) -> None:
    """Build the environment, run every stage and tear it all down, whatever happens."""
    journal, selection = run.journal, run.options.selection
    _note_deviations(run)
    with contextlib.ExitStack() as stack:
        ground = build(run, stack)
        _corpus(run, ground.world)
        journal.emit(declared(ground.world.missing_operations))
        run_stages(run, ground, ScenarioOptions(selection.requirements, selection.keyword))
        look_back(run, ground)
        with journal.stage("teardown"):
            stack.close()


def build(run: Run, stack: contextlib.ExitStack) -> Ground:
    """Build the environment and look whether the engine is there at all; the stack ends it all."""
    return enter(run, *raise_world(run, stack))


def raise_world(run: Run, stack: contextlib.ExitStack) -> tuple[Running, Path]:
    """Start storage, fakes and engine, and return them with the directory that they work in."""
    with run.journal.stage("services"):
        work_dir = stack.enter_context(work_directory())
        stack.callback(write_versions, run.run_dir, run.profile, run.environment, work_dir)
        storage = _storage(run, work_dir, stack)
    with run.journal.stage("engine"):
        running = stack.enter_context(start_world(_plan(run, work_dir, storage)))
        _tell_engine(run, running)
    return running, work_dir


def enter(run: Run, running: Running, work_dir: Path) -> Ground:
    """Look whether the engine is there at all."""
    world, before = _preflight(run, running)
    return Ground(running, world, before, work_dir)


def look_back(run: Run, ground: Ground) -> None:
    """Judge what all of it shows, as long as everything still stands."""
    _tell_dead(run, ground.running)
    stand(ground.world)
    _history(run, ground.running, ground.before)
    _receipts(run, ground.world)
    _consumer(run, ground.world)


def _storage(run: Run, work_dir: Path, stack: contextlib.ExitStack) -> str | None:
    target = run.profile.target
    if target.url is not None:
        return None
    return stack.enter_context(storage_of(run.environment, target).shared(work_dir))


def _plan(run: Run, work_dir: Path, storage: str | None) -> Plan:
    return Plan(
        profile=run.profile,
        run_dir=run.run_dir,
        work_dir=work_dir,
        seed=run.seed,
        admin_database=storage,
        environment=run.environment,
    )


def _tell_engine(run: Run, running: Running) -> None:
    url, replicas = running.world.engine_url, len(running.world.engine_urls)
    run.journal.emit(EngineStarted(at=now(), url=url, seconds=running.seconds, replicas=replicas))
    for text in running.notes:
        run.journal.note(text)


def _tell_dead(run: Run, running: Running) -> None:
    for engine in running.engines:
        if not engine.process.running():
            words = engine.last_words()
            run.journal.note(f"the engine at {engine.url} ended during the run: {words[-1] if words else ''}")


def _note_deviations(run: Run) -> None:
    today = dt.datetime.now(dt.UTC).date()
    for operation, deviation in run.profile.target.deviations.items():
        force = f"until {deviation.until}" if deviation.in_force(today) else f"ended {deviation.until}"
        run.journal.note(f"deviation: {operation} answers {deviation.success}, {force}: {deviation.why}")


def _preflight(run: Run, running: Running) -> tuple[World, str | None]:
    """Look whether the engine is there at all; return what is known now, and its metrics from before."""
    problem, world, before = "", running.world, None
    with run.journal.stage("preflight") as outcome, _survived(run, outcome):
        before = asyncio.run(scrape(world))
        result = asyncio.run(run_preflight(world, run.journal.emit))
        problem = outcome.problem = result.problem
        missing = f"{len(result.missing)} routes missing" if result.missing else "every route is there"
        outcome.summary = missing if "iam" in world.fakes else "not exercised"
        world = msgspec.structs.replace(world, missing_operations=result.missing)
    if problem:
        raise UnbuildableError(problem)
    return world, before


def _corpus(run: Run, world: World) -> None:
    """Repeat what was found before, first of all."""
    if not run.parts.corpus:
        return
    with run.journal.stage("corpus") as outcome, _survived(run, outcome):
        told = Counter(repeat_corpus(world, run.parts.corpus, run.journal.emit, lambda: _tell_crash(run)))
        counted = ", ".join(f"{number} {word.replace('_', ' ')}" for word, number in told.items())
        outcome.summary = f"{told.total()} past findings repeated: {counted}"


def run_stages(run: Run, ground: Ground, narrowing: ScenarioOptions) -> None:
    """Run the parts that a run has."""
    world, work_dir = ground.world, ground.work_dir
    world_file = work_dir / "world.json"
    save_world(world, world_file)
    parts, selection = run.parts, run.options.selection
    together = []
    if parts.scenarios:
        together.append(scenarios_part("scenarios", parts.scenarios, world_file, CHECKOUT, narrowing))
    if parts.contracts:
        together.extend(contracts_parts(world_file, selection.requirements, run.options.examples))
    run_together(tuple(together), world, work_dir, run.journal)
    if parts.disturbing:
        apart = dataclasses.replace(narrowing, own_worlds=True)
        disturbing = scenarios_part("resilience", parts.disturbing, world_file, CHECKOUT, apart)
        run_together((disturbing,), world, work_dir, run.journal)
    if parts.load:
        run_together((load_part(world_file),), world, work_dir, run.journal)


def stand(world: World) -> None:
    """Refuse to judge an engine whose storage or fakes have ended under it."""
    if gone := fallen(world.database, world.redis, world.fakes):
        line = f"{' and '.join(gone)} ended during the run: nothing can be said of the engine"
        raise UnbuildableError(line)


def _history(run: Run, running: Running, before: str | None) -> None:
    with run.journal.stage("history") as outcome, _survived(run, outcome):
        asked = run.options.selection.requirements
        outcome.summary = asyncio.run(check_history(running, before, asked, run.journal.emit))


def _receipts(run: Run, world: World) -> None:
    if "eris" not in world.fakes:
        return
    with run.journal.stage("receipts") as outcome, _survived(run, outcome):
        outcome.summary = asyncio.run(collect_receipts(world.fakes["eris"], run.journal.emit))


def _consumer(run: Run, world: World) -> None:
    if not world.fakes:
        return
    with run.journal.stage("consumer") as outcome, _survived(run, outcome):
        outcome.summary = asyncio.run(collect_breaches(world.fakes, run.journal.emit, seed=run.seed))


@contextlib.contextmanager
def _survived(run: Run, outcome: Outcome) -> Iterator[None]:
    """Make a check of ours that crashed its stage's problem (what it would have shown is unknown); go on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - a check that raises is unknown, told with its story
        outcome.problem = f"crashed: {type(error).__name__} {error}"
        _tell_crash(run)


def _tell_crash(run: Run) -> None:
    """Add the story of the exception at hand to the log of crashes."""
    log = run.run_dir / "logs" / "crash.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as told:
        told.write(traceback.format_exc())

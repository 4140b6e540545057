"""`mmm replay`: start the world again, repeat a finding's exchanges, and say whether it is seen again.

Two ways of seeing: what a scenario found is seen again when the scenario, run again, breaks off or fails for
the same requirement (its evidence may lie behind the engine); anything else when the offending answer is the
same again. The world has the settings that it had then.
"""

from __future__ import annotations

import asyncio
import contextlib
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.text import Text

from harness.history.gathering import scrape
from harness.history.judging import PREFIX as HISTORY
from harness.processes import CHECKOUT, CrashedError, UnbuildableError, work_directory
from harness.repeating import Repeater
from harness.services.storage import storage_of
from harness.stages.children import ScenarioOptions, run_together, scenarios_part
from harness.stages.history import check_history
from harness.stages.journal import Journal
from harness.stages.options import seed_for
from harness.stages.progress import Progress
from harness.stages.recollection import own_engine, recall, remembered_target
from harness.targets import load_profile
from harness.worlds import NotExercisableError, Plan, save_world, start_world
from reports.formats.text import one_line, shortened, showable
from reports.record import FindingRecorded, ScenarioFinished, StageFinished
from reports.run import read_events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.stages.recollection import Recollection
    from harness.targets import Profile
    from harness.worlds import Running, World
    from reports.record import Event, Finding, Setting

REPRODUCED, NOT_REPRODUCED = 1, 0
WIDTH = 80
LONGEST_REASON = 240


def replay(run_dir: Path, finding_id: str, target: Path | None, console: Console) -> int:
    """Repeat a finding; return 1 when it is seen again, 0 when it is not."""
    seen = recall(run_dir, finding_id)
    profile = load_profile(target or remembered_target(run_dir))
    if profile.target.url and seen.own_world:
        raise UnbuildableError(
            f"{finding_id}: was seen in a world of its own, which an engine of somebody else's does not have"
        )
    _say(console, f"{seen.finding.id} [{', '.join(seen.finding.requirements)}] {seen.finding.title}")
    with contextlib.ExitStack() as stack:
        work_dir = stack.enter_context(work_directory())
        running = _world(seen, profile, work_dir, stack, console)
        before = asyncio.run(scrape(running.world))
        again = _repeated(running.world, seen, console)
        if seen.scenario is not None:
            remembers = bool(profile.target.url or profile.target.services)
            again = _scenario_again(running, before, work_dir, seen, console, remembers=remembers)
    _print(console, "reproduced" if again else "not reproduced")
    return REPRODUCED if again else NOT_REPRODUCED


def _world(
    seen: Recollection, profile: Profile, work_dir: Path, stack: contextlib.ExitStack, console: Console
) -> Running:
    """Start a world like the one in which it was seen."""
    storage = storage_of(seen.environment, profile.target)
    shared = None if profile.target.url else stack.enter_context(storage.shared(work_dir))
    plan = Plan(
        profile=profile,
        run_dir=work_dir / "replay",
        work_dir=work_dir,
        seed=seen.seed,
        admin_database=shared,
        environment=seen.environment,
        settings=seen.settings or {},
    )
    try:
        running = stack.enter_context(start_world(plan))
    except NotExercisableError as reason:
        raise UnbuildableError(f"{seen.finding.id}: cannot be repeated here: {reason}") from reason
    changed = f", with {_listed(seen.settings)}" if seen.settings else ""
    ready = "attached to" if running.seconds is None else f"ready in {running.seconds:.2f} s"
    _say(console, f"{profile.target.name} {ready}{changed}")
    return running


def _repeated(world: World, seen: Recollection, console: Console) -> bool:
    """Repeat the exchanges; tell whether the last answer of the engine is the same again."""
    same = False
    for number, step in enumerate(Repeater(world, seen.exchanges).steps(), start=1):
        _print(console, step.line(number, WIDTH))
        if step.exchange.side == "engine":
            same = step.same
    if seen.scenario is None:
        _say(console, "the engine's last answer is " + ("the same again" if same else "another"))
    return same


def _scenario_again(
    running: Running,
    before: str | None,
    work_dir: Path,
    seen: Recollection,
    console: Console,
    *,
    remembers: bool,
) -> bool:
    """Run the scenario itself, with people whom neither the repeated steps nor what `remembers` has seen.

    What only a history shows is looked for in the history of this run.
    """
    world = running.world
    world_file = work_dir / "world.json"
    seed = seed_for(None if remembers else world.seed + 1, attached=True)
    save_world(msgspec.structs.replace(world, seed=seed), world_file)
    options = ScenarioOptions(single=True)
    part = scenarios_part("scenario", (f"{CHECKOUT}/{seen.scenario}",), world_file, CHECKOUT, options)
    run_dir = Path(world.run_dir)
    with contextlib.closing(Journal(run_dir, Progress(Console(quiet=True)))) as journal:
        run_together((part,), world, work_dir, journal)
        if _is_of_a_history(seen.finding):
            asyncio.run(check_history(running, before, seen.finding.requirements, journal.emit))
    events = read_events(run_dir)
    for line in _account(events, seen):
        _say(console, line)
    return seen_again(events, seen)


def _account(events: Sequence[Event], seen: Recollection) -> list[str]:
    """Say how the scenario ended this time."""
    lines = [
        f"the scenario again: {event.outcome.replace('_', ' ')}. {event.reason}".rstrip()
        for event in events
        if isinstance(event, ScenarioFinished)
    ]
    engine = own_engine(events, seen.scenario)
    if engine and engine.settings is not None and seen.settings not in (None, engine.settings):
        lines.append(f"its world has other settings by now: {_listed(engine.settings) or 'none'}")
    return lines


def seen_again(events: Sequence[Event], seen: Recollection) -> bool:
    """Tell whether the scenario breaks the same requirement again; that it passed shows that it does not."""
    found = [event.finding for event in events if isinstance(event, FindingRecorded)]
    if any(_is_the_same(finding, seen.finding) for finding in found):
        return True
    ended = [event for event in events if isinstance(event, ScenarioFinished)]
    if {event.outcome for event in ended if not event.scenario.startswith(HISTORY)} == {"passed"}:
        return False
    problems = [event.problem for event in events if isinstance(event, StageFinished) and event.problem]
    why = problems or [f"{finding.id} [{', '.join(finding.requirements)}] came first" for finding in found]
    raise CrashedError(f"{seen.scenario}: nobody knows: {why[0] if why else 'it came to no end'}")


def _is_of_a_history(finding: Finding) -> bool:
    return finding.rule.startswith(HISTORY)


def _is_the_same(now: Finding, then: Finding) -> bool:
    """Tell whether what is found now is what was found then: of a history, the very same rule."""
    if _is_of_a_history(then):
        return now.key == then.key
    return bool(set(now.requirements) & set(then.requirements))


def _listed(settings: Mapping[str, Setting]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())


def _say(console: Console, text: str) -> None:
    """Print text that may be long, in lines that a terminal shows whole."""
    for line in textwrap.wrap(
        shortened(one_line(text), LONGEST_REASON), WIDTH, subsequent_indent="  ", break_on_hyphens=False
    ):
        _print(console, line)


def _print(console: Console, line: str) -> None:
    console.print(Text(showable(line, console.encoding)), soft_wrap=True)

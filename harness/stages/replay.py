"""`mmm replay`: start the world again, repeat a finding's exchanges, and say whether it is seen again.

Two ways of seeing: a scenario's finding is seen again when the scenario itself fails again (its evidence may
lie behind the engine); any other when the offending answer is the same again.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from harness.processes import CHECKOUT, ConfigurationError, CrashedError, work_directory
from harness.services import postgresql
from harness.stages.children import ScenarioOptions, run_together, scenarios_part
from harness.stages.journal import Journal
from harness.stages.progress import Progress
from harness.stages.repeating import Repeater
from harness.targets import Profile, load_profile
from harness.targets.keys import nearest
from harness.worlds import Plan, save_world, start_world
from reports.record import Exchange, ExchangeRecorded, Finding, FindingRecorded, RunStarted, ScenarioFinished
from reports.run import read_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from harness.worlds import World
    from reports.record import Event

REPRODUCED, NOT_REPRODUCED = 1, 0
TARGET = "target"


def remember_target(run_dir: Path, profile: Profile) -> None:
    """Note where the profile is, for a replay on the same machine (no part of a pack)."""
    (run_dir / TARGET).write_text(str(profile.path.resolve()), encoding="utf-8")


def replay(run_dir: Path, finding_id: str, target: Path | None, console: Console) -> int:
    """Repeat a finding; return 1 when it is seen again, 0 when it is not."""
    events = read_events(run_dir)
    finding = _finding(events, finding_id)
    exchanges = _exchanges(events, finding)
    profile = load_profile(target or _remembered(run_dir))
    seed = next((event.seed for event in events if isinstance(event, RunStarted)), 1)
    progress = Progress(console)
    progress.say(f"{finding.id}: {finding.title}")
    with contextlib.ExitStack() as stack:
        work_dir = stack.enter_context(work_directory())
        storage = None if profile.target.url else stack.enter_context(postgresql(work_dir)).admin_url
        again = work_dir / "replay"
        plan = Plan(profile=profile, run_dir=again, work_dir=work_dir, seed=seed, admin_database=storage)
        world = stack.enter_context(start_world(plan)).world
        seen = _repeated(world, exchanges, progress)
        if "::" in finding.rule:
            seen = _scenario_fails(world, work_dir, finding, progress)
    progress.say("reproduced" if seen else "not reproduced")
    return REPRODUCED if seen else NOT_REPRODUCED


def _repeated(world: World, exchanges: Sequence[Exchange], progress: Progress) -> bool:
    """Repeat the exchanges; tell whether the last answer of the engine is the same again."""
    same = False
    for number, step in enumerate(Repeater(world, exchanges).steps(), start=1):
        progress.say(step.line(number))
        if step.exchange.side == "engine":
            same = step.same
    return same


def _scenario_fails(world: World, work_dir: Path, finding: Finding, progress: Progress) -> bool:
    """Run the scenario itself, with people whom the repeated steps did not touch."""
    world_file = work_dir / "world.json"
    save_world(msgspec.structs.replace(world, seed=world.seed + 1), world_file)
    part = scenarios_part(
        "scenario", (f"{CHECKOUT}/{finding.rule}",), world_file, CHECKOUT, ScenarioOptions(single=True)
    )
    run_dir = Path(world.run_dir)
    with contextlib.closing(Journal(run_dir, progress)) as journal:
        run_together((part,), world, work_dir, journal)
    ended = [event for event in read_events(run_dir) if isinstance(event, ScenarioFinished)]
    for event in ended:
        progress.say(f"     the scenario itself: {event.outcome} {event.reason}".rstrip())
    outcomes = {event.outcome for event in ended}
    if not outcomes & {"failed", "passed"}:
        raise CrashedError(f"{finding.rule}: could not be run again, so nobody knows")
    return "failed" in outcomes


def _finding(events: Sequence[Event], finding_id: str) -> Finding:
    found = {event.finding.id: event.finding for event in events if isinstance(event, FindingRecorded)}
    if finding_id not in found:
        raise ConfigurationError(f"{finding_id}: no such finding in this run{nearest(finding_id, found)}")
    return found[finding_id]


def _exchanges(events: Sequence[Event], finding: Finding) -> list[Exchange]:
    recorded = {event.exchange.id: event.exchange for event in events if isinstance(event, ExchangeRecorded)}
    exchanges = [recorded[name] for name in finding.exchanges if name in recorded]
    if not exchanges:
        raise ConfigurationError(f"{finding.id}: has no recorded exchange that could be repeated")
    return exchanges


def _remembered(run_dir: Path) -> Path:
    try:
        return Path((run_dir / TARGET).read_text(encoding="utf-8"))
    except OSError:
        raise ConfigurationError(
            f"{run_dir}: does not say where its profile is; give --target FILE"
        ) from None

"""What a run has kept of a finding: its steps, the scenario that found it, and the world that it stood in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.history.judging import PREFIX as HISTORY
from harness.processes import ConfigurationError
from harness.repeating import CONTROL, ENGINE
from harness.services.storage import EMBEDDED, ENVIRONMENTS
from harness.targets.keys import nearest
from reports.record import EngineStarted, Exchange, ExchangeRecorded, Finding, FindingRecorded, RunStarted
from reports.run import read_events

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.targets import Profile
    from reports.record import Event, Setting

TARGET = "target"
NODE = "::"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """A finding as it was seen.

    `scenario`: the one that found it (None: a check that is no scenario). `own_world`: it had a world of its
    own, with these `settings` (None: an old run that does not tell).
    """

    finding: Finding
    exchanges: tuple[Exchange, ...]
    seed: int
    environment: str = EMBEDDED
    scenario: str | None = None
    own_world: bool = False
    settings: Mapping[str, Setting] | None = None


def remember_target(run_dir: Path, profile: Profile) -> None:
    """Note where the profile is, for a replay on the same machine (no part of a pack)."""
    (run_dir / TARGET).write_text(str(profile.path.resolve()), encoding="utf-8")


def remembered_target(run_dir: Path) -> Path:
    """Return where the profile of a run is."""
    try:
        return Path((run_dir / TARGET).read_text(encoding="utf-8"))
    except OSError:
        raise ConfigurationError(
            f"{run_dir}: does not say where its profile is; give --target FILE"
        ) from None


def recall(run_dir: Path, finding_id: str) -> Recollection:
    """Return what a run says of one of its findings."""
    events = read_events(run_dir)
    finding = _finding(events, finding_id)
    exchanges = _exchanges(events, finding)
    scenario = finding.rule if NODE in finding.rule else exchanges[-1].scenario or ""
    started = own_engine(events, scenario)
    run = next((event for event in events if isinstance(event, RunStarted)), None)
    if finding.rule.startswith(HISTORY) and NODE not in scenario:
        line = f"{finding.id}: only a whole run shows that, and no scenario of it: run mmm verify again"
        raise ConfigurationError(line)
    return Recollection(
        finding=finding,
        exchanges=exchanges,
        seed=run.seed if run else 1,
        environment=_environment(run),
        scenario=scenario if NODE in scenario else None,
        own_world=started is not None,
        settings=started.settings if started else None,
    )


def own_engine(events: Sequence[Event], scenario: str | None) -> EngineStarted | None:
    """Return the start of the engine that a scenario had for itself; None where it shared one."""
    started = [event for event in events if isinstance(event, EngineStarted) and event.scenario is not None]
    return next((event for event in started if event.scenario == scenario), None)


def _environment(run: RunStarted | None) -> str:
    """Return where the run's own storage came from; what its profile gives is in the profile."""
    said = run.environment.partition(",")[0] if run else EMBEDDED
    return said if said in ENVIRONMENTS else EMBEDDED


def _finding(events: Sequence[Event], finding_id: str) -> Finding:
    """Return a finding; where one was seen by several, the first stands for all, as in the reports."""
    found = [event.finding for event in events if isinstance(event, FindingRecorded)]
    for finding in found:
        if finding.id == finding_id:
            return finding
    near = nearest(finding_id, [finding.id for finding in found])
    raise ConfigurationError(f"{finding_id}: no such finding in this run{near}")


def _exchanges(events: Sequence[Event], finding: Finding) -> tuple[Exchange, ...]:
    recorded = {event.exchange.id: event.exchange for event in events if isinstance(event, ExchangeRecorded)}
    exchanges = tuple(recorded[name] for name in finding.exchanges if name in recorded)
    if not exchanges:
        raise ConfigurationError(f"{finding.id}: has no recorded exchange that could be repeated")
    if all(_was_the_engines_own(exchange) for exchange in exchanges):
        asked = exchanges[-1].side
        raise ConfigurationError(
            f"{finding.id}: the engine itself sent that to {asked}, so a replay cannot repeat it: "
            "run mmm verify again and see whether it is found again"
        )
    return exchanges


def _was_the_engines_own(exchange: Exchange) -> bool:
    """Say whether it is a request that the engine sent to a dependency, and not one of ours."""
    return exchange.side != ENGINE and not exchange.side.startswith(CONTROL)

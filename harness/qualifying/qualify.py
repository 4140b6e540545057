"""`mmm qualify`: hunt each defect and the sound engine, and say what the verifier is worth."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.register import load_register
from harness.processes import UnbuildableError
from harness.qualifying.board import Board
from harness.qualifying.errand import Errand, placebo_name, read_hunted, sound_name
from harness.qualifying.judging import judge
from harness.qualifying.known import history_file, read_known, write_known
from harness.qualifying.listing import chosen, list_defects
from harness.qualifying.pack import hunt_all
from harness.qualifying.plan import (
    new_folder,
    pieces,
    plan_of,
    read_plan,
    same_or_refuse,
    still_so_or_refuse,
    with_sound_runs,
)
from harness.qualifying.power import exit_code_of, voices_of
from harness.qualifying.record import Status
from harness.qualifying.tables import render
from harness.qualifying.written import qualification_of, write_reports
from harness.stages.interrupts import Interrupted
from harness.stages.options import DEFAULT_SEED
from harness.targets import load_profile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import Console

    from harness.qualifying.known import Known
    from harness.qualifying.plan import Plan
    from harness.qualifying.record import Defect, Hunted, Result
    from harness.targets import Profile

RESULTS, HUNTS = "results", "hunts"
SOUND_RUNS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line, read; None where something was not given."""

    target: Path
    out: Path
    jobs: int
    defects: tuple[str, ...] = ()
    seed: int | None = None
    sound_runs: int | None = None
    resume: Path | None = None


def qualify(options: Options, console: Console) -> int:
    """Qualify the verifier on the engine of a profile, and return the exit code."""
    register = load_register()
    profile = load_profile(options.target)
    known = read_known(history_file(profile))
    listed = list_defects(profile, register)
    plan, folder = _planned(options, profile, listed)
    every = _errands(plan, profile, folder, known)
    errands = [errand for errand in every if not _done(folder, errand)]
    board = Board(console, len(every))
    board.say(f"qualification {folder}")
    (folder / RESULTS).mkdir(exist_ok=True)
    before = pieces(profile, listed)
    with board.live():
        _hunt(errands, folder, options.jobs, board)
    still_so_or_refuse(before, pieces(profile, listed), folder)
    results, sound = _results(plan, folder)
    qualification = qualification_of(plan, results, sound, register)
    write_reports(folder, qualification, profile.cwd)
    _tidy(folder, results)
    if plan.whole and (path := history_file(profile)) is not None:
        write_known(path, results, known)
    render(qualification, folder, console)
    return exit_code_of(results, sound)


def _planned(options: Options, profile: Profile, listed: tuple[Defect, ...]) -> tuple[Plan, Path]:
    """Return the plan and its directory: a new one, or the one to go on with."""
    if options.resume is None:
        plan = _plan(options, profile, listed)
        return plan, new_folder(options.out, plan)
    begun, folder = read_plan(options.resume), options.resume.resolve()
    planned = _plan(options, profile, listed, begun)
    same_or_refuse(begun, planned, options.resume)
    return with_sound_runs(begun, planned.sound_runs, folder), folder


def _plan(options: Options, profile: Profile, listed: tuple[Defect, ...], begun: Plan | None = None) -> Plan:
    """Plan what was asked for; what was not is as it was begun, or as usual."""
    names = options.defects or (tuple(defect.id for defect in begun.defects) if begun else ())
    usual = (begun.seed, begun.sound_runs) if begun else (DEFAULT_SEED, SOUND_RUNS)
    seed = usual[0] if options.seed is None else options.seed
    sound_runs = usual[1] if options.sound_runs is None else options.sound_runs
    return plan_of(profile, listed, chosen(listed, names), seed=seed, sound_runs=sound_runs)


def _errands(plan: Plan, profile: Profile, folder: Path, known: dict[str, Known]) -> list[Errand]:
    """Return every hunt, those that take longest first: the sound engine's, then where nothing is known."""
    path = str(profile.path.resolve())
    wanted = [defect for defect in plan.defects if not defect.deferred]
    sound = [
        Errand(profile=path, run_dir=str(folder / HUNTS / sound_name(seed)), defect=None, seed=seed)
        for seed in _sound_seeds(plan)
    ]
    return [*sound, *_placebo(plan, path, folder)] + [
        Errand(
            profile=path,
            run_dir=str(folder / HUNTS / defect.id),
            defect=defect,
            seed=plan.seed,
            known=known.get(defect.id),
        )
        for defect in sorted(wanted, key=lambda defect: defect.id in known)
    ]


def _placebo(plan: Plan, path: str, folder: Path) -> list[Errand]:
    """Return one hunt that goes a defect's way and has none, where the sound engine is looked at at all.

    The engine is the profile's own: no launcher of defects need be able to plant none.
    """
    wanted = [defect for defect in plan.defects if not defect.deferred]
    if not wanted or not plan.sound_runs:
        return []
    run_dir = str(folder / HUNTS / placebo_name(plan.seed))
    return [Errand(profile=path, run_dir=run_dir, defect=wanted[0], seed=plan.seed, placebo=True)]


def _sound_seeds(plan: Plan) -> range:
    return range(plan.seed, plan.seed + plan.sound_runs)


def _hunt(errands: list[Errand], folder: Path, jobs: int, board: Board) -> None:
    """Go on every errand: the sound engine has the machine to itself, as it has in anybody's run of it."""

    def told(errand: Errand, hunted: Hunted) -> None:
        if errand.defect is None or errand.placebo:
            board.sound(hunted)
            if hunted.unbuilt:
                raise UnbuildableError(f"the sound engine could not be judged: {hunted.unbuilt}")
            return
        board.defect(judge(errand.defect, hunted))

    sound = [errand for errand in errands if errand.defect is None]
    others = [errand for errand in errands if errand.defect is not None]
    try:
        hunt_all(sound, folder / RESULTS, 1, told, board.going_on)
        hunt_all(others, folder / RESULTS, jobs, told, board.going_on)
    except Interrupted:
        board.say(f"to go on: mmm qualify --target … --resume {folder}")
        raise


def _tidy(folder: Path, results: Iterable[Result]) -> None:
    """Remove the runs of what was caught rightly; the others are there to be looked into."""
    for result in results:
        if result.status is Status.CAUGHT:
            shutil.rmtree(folder / HUNTS / result.defect.id, ignore_errors=True)


def _done(folder: Path, errand: Errand) -> bool:
    """Tell whether there is a result; what could not be built, or left none, is tried again."""
    hunted = read_hunted(folder / RESULTS / f"{errand.name}.json")
    return hunted is not None and not hunted.unbuilt and not hunted.died


def _results(plan: Plan, folder: Path) -> tuple[list[Result], list[Hunted]]:
    """Return what became of each defect, and of each run of the sound engine."""
    names = [*map(sound_name, _sound_seeds(plan)), placebo_name(plan.seed)]
    runs = [read_hunted(folder / RESULTS / f"{name}.json") for name in names]
    sound = [run for run in runs if run is not None]
    alarms = voices_of(sound)
    hunts = [(defect, read_hunted(folder / RESULTS / f"{defect.id}.json")) for defect in plan.defects]
    return [judge(defect, hunted, alarms) for defect, hunted in hunts], sound

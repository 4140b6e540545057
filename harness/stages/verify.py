"""`mmm verify`: build the environment, observe the engine, tear all down, judge, hand over the pack."""

from __future__ import annotations

import contextlib
import traceback
from typing import TYPE_CHECKING

from contracts.register import load_register
from harness.corpus import read_corpus
from harness.gate import answer, load_gate, refusals
from harness.processes import CrashedError, UnbuildableError
from harness.services.storage import environment_of
from harness.stages.ground import new_run, write_results
from harness.stages.interrupts import Interrupted
from harness.stages.journal import Journal
from harness.stages.observe import Run, observe
from harness.stages.options import environment_for, seed_for
from harness.stages.planning import parts_of
from harness.stages.progress import Progress
from harness.stages.recollection import remember_target
from harness.targets import load_profile
from harness.verdicts import fold
from reports.formats.coverage import coverage_of
from reports.formats.table import render_verdict
from reports.keys import signer
from reports.record import Attribution, Finding, FindingRecorded, RunFinished, RunStarted
from reports.run import now, read_events
from reports.run.config import toolkit_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from harness.stages.options import Options

REFUSED, UNBUILT = 1, 3


def verify(options: Options, console: Console) -> int:
    """Verify an engine and return the exit code.

    What keeps a run from a verdict is a HarnessError (one line, with its exit code); a signal is Interrupted.
    """
    register = load_register()
    profile = load_profile(options.target)
    past = read_corpus(options.corpus) if options.corpus else ()
    parts = parts_of(options.selection, register, options.scenarios, past)
    gate = load_gate(options.gate) if options.gate else None
    key = signer(options.signing_key)
    target = profile.target
    environment = environment_for(options.environment, target)
    seed = seed_for(options.seed, attached=target.url is not None or bool(target.services))
    run_dir = new_run(options.out, profile, register, seed, environment)
    remember_target(run_dir, profile)
    progress = Progress(console)
    progress.say(f"run {run_dir}")
    journal = Journal(run_dir, progress)
    run = Run(
        options=options,
        environment=environment,
        seed=seed,
        profile=profile,
        parts=parts,
        run_dir=run_dir,
        journal=journal,
    )
    with contextlib.closing(journal):
        journal.emit(_started(run))
        with progress.live(), _crashes_kept(run_dir):
            problem = _observed(run)
        events = read_events(run_dir)
        judgement, coverage = fold(register, events), coverage_of(events)
        refused = refusals(gate, coverage) if gate else ()
        exit_code = UNBUILT if problem else REFUSED if refused else judgement.exit_code
        journal.emit(RunFinished(at=now(), verdicts=judgement.verdicts, exit_code=exit_code))
    pack = write_results(run_dir, None if problem else key)
    if problem is not None:
        raise problem
    progress.say(f"report {run_dir.with_name('report.html')}")
    progress.say(f"pack {pack}")
    findings = [event.finding for event in events if isinstance(event, FindingRecorded)]
    closing = (*(coverage.lines() if coverage else ()), *(answer(refused) if gate else ()))
    render_verdict(judgement.verdicts, findings, console, closing)
    return exit_code


def _observed(run: Run) -> UnbuildableError | None:
    """Observe the engine; where that cannot be, tell it as the environment's one finding."""
    try:
        observe(run)
    except UnbuildableError as problem:
        events = read_events(run.run_dir)
        if not any(_is_environment(event) for event in events):
            run.journal.emit(FindingRecorded(at=now(), finding=_environment_finding(problem)))
        return problem
    except Interrupted as signal:
        run.journal.note(f"interrupted by {signal}: this run was not judged")
        raise
    return None


def _started(run: Run) -> RunStarted:
    target = run.profile.target
    return RunStarted(
        at=now(),
        run_id=run.run_dir.name,
        target=target.name,
        target_version=target.version,
        environment=environment_of(run.environment, target),
        seed=run.seed,
        selection=run.options.selection.as_text(),
        toolkit_version=toolkit_version(),
    )


def _is_environment(event: object) -> bool:
    return isinstance(event, FindingRecorded) and event.finding.attribution is Attribution.ENVIRONMENT


def _environment_finding(problem: UnbuildableError) -> Finding:
    return Finding(
        id="F-environment",
        rule="environment",
        operation="",
        requirements=(),
        title=problem.line,
        detail="\n".join(problem.log),
        attribution=Attribution.ENVIRONMENT,
    )


@contextlib.contextmanager
def _crashes_kept(run_dir: Path) -> Iterator[None]:
    """Make a mistake of ours one line, with the whole story in the run."""
    try:
        yield
    except Exception as error:
        if isinstance(error, UnbuildableError):
            raise
        log = run_dir / "logs" / "crash.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc(), encoding="utf-8")
        raise CrashedError(
            f"the harness itself crashed: {type(error).__name__} {error} (see {log})"
        ) from error

"""`mmm qualify`: what the verifier is worth."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console

from harness.qualifying.qualify import SOUND_RUNS, Options
from harness.qualifying.qualify import qualify as qualify_verifier
from harness.stages.options import DEFAULT_SEED

_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--target", type=_PATH, required=True, help="The engine's profile, with [target.defects].")
@click.option("--out", type=_PATH, help="Where the qualification goes: its results and reports.")
@click.option("--defect", "defects", multiple=True, help="Only this one; may be repeated.")
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="How many at once; default: cores."
)
@click.option("--seed", type=int, help=f"Makes it repeatable; default: {DEFAULT_SEED}.")
@click.option(
    "--sound-runs",
    type=click.IntRange(0),
    help=f"How often the sound engine is looked at, each time with the next seed; default: {SOUND_RUNS}.",
)
@click.option("--resume", type=_PATH, help="A qualification that was interrupted: go on with it.")
@click.pass_context
def qualify(
    context: click.Context,
    *,
    target: Path,
    out: Path | None,
    defects: tuple[str, ...],
    jobs: int,
    seed: int | None,
    sound_runs: int | None,
    resume: Path | None,
) -> None:
    """Hunt each seeded defect of an engine, and the sound engine: exit code 0 when all are blamed rightly."""
    if (out is None) is (resume is None):
        raise click.UsageError("give --out for a new qualification, or --resume to go on with one")
    options = Options(
        target=target,
        out=out or Path(),
        jobs=jobs,
        defects=defects,
        seed=seed,
        sound_runs=sound_runs,
        resume=resume,
    )
    context.exit(qualify_verifier(options, Console()))

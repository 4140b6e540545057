"""`mmm verify`: the main job."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from harness.fuzzing.options import fuzzing_options
from harness.services.storage import EMBEDDED, ENVIRONMENTS
from harness.stages.options import DEFAULT_SEED, Options
from harness.stages.verify import verify as verify_engine
from harness.verdicts import Selection

_PATH = click.Path(path_type=Path)
LEAST_EXAMPLES = fuzzing_options(None).max_examples


@click.command()
@click.option("--target", type=_PATH, required=True, help="The profile of the engine (TOML).")
@click.option("--out", type=_PATH, required=True, help="Where run, pack, junit.xml and report.html go.")
@click.option(
    "--requirement", "requirements", multiple=True, help="Only what shows this one; may be repeated."
)
@click.option("-k", "keyword", default="", help="Only scenarios whose name fits, as in pytest.")
@click.option("--suite", "suites", multiple=True, help="Only this suite; may be repeated.")
@click.option(
    "--scenarios", type=_PATH, multiple=True, help="A folder of your own scenarios; may be repeated."
)
@click.option(
    "--seed", type=int, help=f"Makes a run repeatable; default: {DEFAULT_SEED}, a new one where attached."
)
@click.option(
    "--environment",
    type=click.Choice(ENVIRONMENTS),
    help=f"Where database and Redis come from; default: {EMBEDDED}.",
)
@click.option(
    "--examples",
    type=click.IntRange(LEAST_EXAMPLES),
    help=f"Generated requests for each operation of the contract; {LEAST_EXAMPLES} (the default) or more.",
)
@click.option("--corpus", type=_PATH, help="A folder of past findings, as runs write them: repeated first.")
@click.option("--gate", type=_PATH, help="What else must be reached (TOML): exit code 1 where it was not.")
@click.option(
    "--signing-key", type=_PATH, help="Private key (PEM); default: $MMM_SIGNING_KEY, else your own."
)
@click.pass_context
def verify(
    context: click.Context,
    *,
    target: Path,
    out: Path,
    requirements: tuple[str, ...],
    keyword: str,
    suites: tuple[str, ...],
    scenarios: tuple[Path, ...],
    seed: int | None,
    environment: str | None,
    examples: int | None,
    corpus: Path | None,
    gate: Path | None,
    signing_key: Path | None,
) -> None:
    """Verify the engine of a profile: start it, check it, judge it, and write a signed pack."""
    options = Options(
        target=target,
        out=out,
        selection=Selection(requirements, keyword, suites),
        scenarios=scenarios,
        seed=seed,
        environment=environment,
        examples=examples,
        corpus=corpus,
        gate=gate,
        signing_key=signing_key,
    )
    context.exit(verify_engine(options, Console()))

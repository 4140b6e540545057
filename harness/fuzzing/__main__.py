"""`python -m harness.fuzzing --world FILE`: fuzz and probe a world's engine, and tell the run of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.fuzzing.ledger import SUITE
from harness.fuzzing.options import Options
from harness.fuzzing.run import run_fuzzing
from harness.probing import Options as Probing
from harness.probing import run_probing
from harness.worlds import load_world
from reports.run import EventLog

DEFAULTS = Options()


@click.command()
@click.option("--world", "world_file", type=click.Path(path_type=Path, exists=True), required=True)
@click.option(
    "--requirement", "requirements", multiple=True, help="Only what shows this one; may be repeated."
)
@click.option(
    "--operation", "operations", multiple=True, help='Only this one ("POST /decide"); may be repeated.'
)
@click.option("--max-examples", type=click.IntRange(1), default=DEFAULTS.max_examples, show_default=True)
@click.option("--limit-seconds", type=float, default=DEFAULTS.limit_seconds, show_default=True)
def main(
    world_file: Path,
    requirements: tuple[str, ...],
    operations: tuple[str, ...],
    max_examples: int,
    limit_seconds: float,
) -> None:
    """Fuzz the engine of a world against its contract, and make the checks of our own."""
    world = load_world(world_file)
    options = Options(
        requirements=requirements,
        operations=operations,
        max_examples=max_examples,
        stateful_examples=max(1, max_examples // 2),
        limit_seconds=limit_seconds,
    )
    with EventLog(Path(world.run_dir), SUITE) as log:
        fuzzed = run_fuzzing(world, options, log.emit)
        probing = Probing(requirements=requirements, operations=operations)
        probed = run_probing(world, probing, log.emit)
    click.echo(f"{fuzzed.line}; {probed.line}")


if __name__ == "__main__":
    sys.exit(main())

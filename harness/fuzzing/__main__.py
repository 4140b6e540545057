"""`python -m harness.fuzzing --world FILE`: fuzz and probe a world's engine, and tell the run of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from contracts.document import load_document
from harness.fuzzing.ledger import SUITE
from harness.fuzzing.options import NOTHING_TO_DO, Options
from harness.fuzzing.run import run_fuzzing
from harness.fuzzing.shards import Shard, read_shard
from harness.probing import Options as Probing
from harness.probing import run_probing
from harness.worlds import load_world
from reports.run import EventLog

DEFAULTS = Options()


def _shard(_ctx: click.Context, _param: click.Parameter, value: str) -> Shard:
    try:
        return read_shard(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option("--world", "world_file", type=click.Path(path_type=Path, exists=True), required=True)
@click.option(
    "--requirement", "requirements", multiple=True, help="Only what shows this one; may be repeated."
)
@click.option(
    "--operation", "operations", multiple=True, help='Only this one ("POST /decide"); may be repeated.'
)
@click.option(
    "--shard", callback=_shard, default="1/1", help="Only the operations of one of so many processes: 1/2."
)
@click.option("--max-examples", type=click.IntRange(1), default=DEFAULTS.max_examples, show_default=True)
@click.option("--limit-seconds", type=float, default=DEFAULTS.limit_seconds, show_default=True)
def main(
    *,
    world_file: Path,
    requirements: tuple[str, ...],
    operations: tuple[str, ...],
    shard: Shard,
    max_examples: int,
    limit_seconds: float,
) -> None:
    """Fuzz the engine of a world against its contract, and make the checks of our own."""
    own = shard.operations(load_document("engine"))
    options = Options(
        requirements=requirements,
        operations=tuple(each for each in own if not operations or each in operations),
        shard=shard,
        max_examples=max_examples,
        stateful_examples=max(1, max_examples // 2),
        limit_seconds=limit_seconds,
    )
    said = _run(world_file, options) if options.operations else ""
    click.echo(said or "nothing to do: not one of these operations has a check that was asked for")
    sys.exit(0 if said else NOTHING_TO_DO)


def _run(world_file: Path, options: Options) -> str:
    """Fuzz and probe; return what came of it in one line, nothing if there was not one outcome."""
    world = load_world(world_file)
    with EventLog(Path(world.run_dir), f"{SUITE}{options.shard.tag}") as log:
        fuzzed = run_fuzzing(world, options, log.emit)
        probing = Probing(requirements=options.requirements, operations=options.operations)
        probed = run_probing(world, probing, log.emit)
    return f"{fuzzed.line}; {probed.line}" if fuzzed.outcomes or probed.outcomes else ""


if __name__ == "__main__":
    main()

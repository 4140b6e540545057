"""`python -m harness.load --world FILE --seconds N`: put a short load on a world's engine."""

from __future__ import annotations

from pathlib import Path

import click

from harness.load.plan import Shape
from harness.load.run import SUITE, run_load
from harness.worlds import load_world
from reports.run import EventLog

DEFAULTS = Shape()


@click.command()
@click.option("--world", "world_file", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--seconds", type=click.FloatRange(1), default=DEFAULTS.seconds, show_default=True)
@click.option("--per-minute", type=click.FloatRange(1), default=DEFAULTS.per_minute, show_default=True)
def main(world_file: Path, seconds: float, per_minute: float) -> None:
    """Put load on the engine of a world."""
    world = load_world(world_file)
    with EventLog(Path(world.run_dir), SUITE) as log:
        finished = run_load(world, Shape(per_minute=per_minute, seconds=seconds), log.emit)
    click.echo(f"{finished.outcome}: {finished.reason}")


if __name__ == "__main__":
    main()

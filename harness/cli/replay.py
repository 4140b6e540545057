"""`mmm replay`: see a finding again."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from harness.stages.replay import replay as replay_finding

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("run", type=_PATH)
@click.argument("finding")
@click.option("--target", type=_PATH, help="The engine's profile; default: the one of the run.")
@click.pass_context
def replay(context: click.Context, run: Path, finding: str, target: Path | None) -> None:
    """Repeat FINDING of RUN on a fresh engine: exit code 1 when it is seen again, 0 when it is not."""
    context.exit(replay_finding(run, finding, target, Console()))

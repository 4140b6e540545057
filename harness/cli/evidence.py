"""`mmm evidence`: build a pack of a run, verify one, show what it says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import click
from rich.console import Console

from reports.formats.coverage import read_coverage
from reports.formats.table import render_verdict
from reports.formats.text import showable
from reports.formats.traceability import read_traceability
from reports.keys import KeyFileError, keyid, signer, trusted
from reports.pack import PackError, SecretError, build_pack, verify_pack
from reports.run import RunError

if TYPE_CHECKING:
    from reports.pack import Verification

_FILE = click.Path(path_type=Path)
TRUSTED = click.option(
    "--key", "public_keys", type=_FILE, multiple=True, help="A public key to trust (PEM); may be repeated."
)


class RefusedError(click.ClickException):
    """What was asked cannot be granted: exit code 1."""

    exit_code: ClassVar[int] = 1


class WrongUsageError(click.ClickException):
    """A missing file, or one that is not what it should be: exit code 2."""

    exit_code: ClassVar[int] = 2


@click.group()
def evidence() -> None:
    """Build, verify and show evidence packs."""


@evidence.command()
@click.argument("run", type=_FILE)
@click.option("--out", type=_FILE, help="Where the pack goes; default: RUN.zip beside the run.")
@click.option(
    "--signing-key", type=_FILE, help="Private key (PEM); default: $MMM_SIGNING_KEY, else your own key."
)
def build(run: Path, out: Path | None, signing_key: Path | None) -> None:
    """Make the signed pack of RUN, a directory that `mmm verify` wrote."""
    run_dir = run.resolve()
    try:
        key = signer(signing_key)
        pack = build_pack(run, out or run_dir.with_name(run_dir.name + ".zip"), key)
    except SecretError as error:
        raise RefusedError(str(error)) from error
    except (KeyFileError, PackError, RunError) as error:
        raise WrongUsageError(str(error)) from error
    say(f"{pack}: signed by {keyid(key.public_key())}")


@evidence.command()
@click.argument("pack", type=_FILE)
@TRUSTED
def verify(pack: Path, public_keys: tuple[Path, ...]) -> None:
    """Check that no byte of PACK has changed and that its signer is trusted: your own key, or those given."""
    result = verified(pack, public_keys)
    say(f"{pack}: {result.line()}")
    if not result.ok:
        raise click.exceptions.Exit(1)


@evidence.command()
@click.argument("pack", type=_FILE)
@TRUSTED
def show(pack: Path, public_keys: tuple[Path, ...]) -> None:
    """Print the verdict table of PACK; a tampered pack is refused."""
    result = verified(pack, public_keys)
    if not result.intact:
        raise RefusedError(f"{pack}: {result.line()}")
    say(f"{pack}: {result.line()}")
    verdicts, findings = read_traceability(result.members["traceability.json"])
    told = result.members.get("coverage.json")
    closing = () if told is None else read_coverage(told).lines()
    render_verdict(verdicts, findings, Console(), closing)


def verified(pack: Path, public_keys: tuple[Path, ...]) -> Verification:
    """Return what checking a pack says; a file that is none is wrong usage."""
    try:
        return verify_pack(pack, trusted(public_keys))
    except (KeyFileError, PackError) as error:
        raise WrongUsageError(str(error)) from error


def say(line: str) -> None:
    """Print a line that standard output can take."""
    click.echo(showable(line, sys.stdout.encoding or "utf-8"))

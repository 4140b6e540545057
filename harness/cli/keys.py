"""`mmm keys`: make the keys that packs are signed with."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.evidence import WrongUsageError
from reports.keys import KeyFileError, keyid, new_key_pair, own_key_path, public_path, public_pem


@click.group()
def keys() -> None:
    """Make signing keys."""


@keys.command()
@click.option("--out", type=click.Path(path_type=Path), help="Where the private key goes; default: your own.")
def new(out: Path | None) -> None:
    """Make an Ed25519 key pair: the private half (PEM, mode 0600) and FILE.pub for those who verify."""
    path = out or own_key_path()
    try:
        if out is None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        public = new_key_pair(path).public_key()
    except (KeyFileError, OSError) as error:
        raise WrongUsageError(str(error)) from error
    click.echo(f"private key: {path} (keep it secret)")
    click.echo(f"public key:  {public_path(path)}")
    click.echo(f"key id:      {keyid(public)}")
    click.echo(public_pem(public).decode(), nl=False)

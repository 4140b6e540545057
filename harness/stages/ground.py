"""Where a run is written: its directory, its id, and what lies beside it."""

from __future__ import annotations

import datetime as dt
from secrets import token_hex
from typing import TYPE_CHECKING

from harness.corpus import pasts_of, write_corpus
from harness.processes import ConfigurationError, UnbuildableError
from harness.stages.config import write_config
from reports.pack import PackError, SecretError, build_pack, write_beside
from reports.run import read_events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from contracts.register import Requirement
    from harness.targets import Profile

CORPUS = "corpus"


def new_run(
    out: Path, profile: Profile, register: Mapping[str, Requirement], seed: int, environment: str
) -> Path:
    """Make the run's directory in `out` and write down what it is made with."""
    if out.exists() and not out.is_dir():
        raise ConfigurationError(f"--out {out}: is a file, not a directory")
    moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    run_dir = (out / f"{moment}-{token_hex(3)}").resolve()
    try:
        run_dir.mkdir(parents=True)
    except OSError as error:
        raise ConfigurationError(f"--out {out}: cannot be written: {error.strerror}") from None
    write_config(run_dir, profile, register, seed, environment)
    return run_dir


def write_results(run_dir: Path, key: Ed25519PrivateKey | None) -> Path | None:
    """Write report, JUnit and findings beside the run and, with a key, the pack; return the pack."""
    try:
        write_beside(run_dir, run_dir.parent)
        write_corpus(run_dir / CORPUS, pasts_of(read_events(run_dir)))
        return build_pack(run_dir, run_dir.with_name(f"{run_dir.name}.zip"), key) if key else None
    except (PackError, SecretError) as error:
        raise UnbuildableError(f"the pack cannot be built: {error}") from None

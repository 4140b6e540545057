"""What `mmm verify` was asked for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.processes import ConfigurationError
from harness.services.storage import EMBEDDED
from harness.verdicts import Selection

if TYPE_CHECKING:
    from pathlib import Path

    from harness.targets import Target

DEFAULT_SEED = 1
_SEEDS = range(2, 2**31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line, read; None where something was not given."""

    target: Path
    out: Path
    selection: Selection = field(default_factory=Selection)
    scenarios: tuple[Path, ...] = ()
    seed: int | None = None
    environment: str | None = None
    signing_key: Path | None = None
    examples: int | None = None
    corpus: Path | None = None
    gate: Path | None = None


def environment_for(given: str | None, target: Target) -> str:
    """Return where a run's storage comes from: as given, else the default; an attached engine has its own."""
    if given is not None and target.url is not None:
        raise ConfigurationError(
            f"--environment {given}: the engine at {target.url} has storage of its own already"
        )
    return given or EMBEDDED


def seed_for(given: int | None, *, attached: bool) -> int:
    """Return the seed of a run: as given, else always the same, else new where something goes on living.

    All names come from the seed, and an engine that is attached to, or storage that is given, remembers what
    an earlier run has left.
    """
    if given is not None:
        return given
    return secrets.choice(_SEEDS) if attached else DEFAULT_SEED

"""What `mmm verify` was asked for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.verdicts import Selection

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_SEED = 1
_SEEDS = range(2, 2**31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line, read. `seed`: None where it was not given."""

    target: Path
    out: Path
    selection: Selection = field(default_factory=Selection)
    scenarios: tuple[Path, ...] = ()
    seed: int | None = None
    signing_key: Path | None = None


def seed_for(given: int | None, *, attached: bool) -> int:
    """Return the seed of a run: as given, else always the same, else new for an engine that goes on living.

    All names come from the seed, and an engine that is attached to remembers what an earlier run has left.
    """
    if given is not None:
        return given
    return secrets.choice(_SEEDS) if attached else DEFAULT_SEED

"""What `mmm verify` was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.verdicts import Selection

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line, read."""

    target: Path
    out: Path
    selection: Selection = field(default_factory=Selection)
    scenarios: tuple[Path, ...] = ()
    seed: int = DEFAULT_SEED
    signing_key: Path | None = None

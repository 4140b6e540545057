"""What a hunt is sent out with, as a file for another process; and where it leaves what it saw."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.qualifying.known import Known
from harness.qualifying.record import Defect, Hunted
from reports.files import write_whole

ERRAND, HUNTED = "errand.json", "hunted.json"
LIMIT_SECONDS = 1800.0


class Errand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One hunt: for which defect (None: the sound engine), in which directory, and what is known of it.

    `placebo`: it goes the way of a defect, on the sound engine.
    """

    profile: str
    run_dir: str
    defect: Defect | None
    seed: int
    known: Known | None = None
    limit_seconds: float = LIMIT_SECONDS
    placebo: bool = False

    @property
    def planted(self) -> str:
        """Return the defect that its engine has; "" is the sound one."""
        return self.defect.id if self.defect and not self.placebo else ""

    @property
    def name(self) -> str:
        """Return what its files are called."""
        return self.planted or (placebo_name if self.placebo else sound_name)(self.seed)


def sound_name(seed: int) -> str:
    """Return what a run of the sound engine is called: as no defect can be."""
    return f"sound@{seed}"


def placebo_name(seed: int) -> str:
    """Return what the placebo is called."""
    return f"placebo@{seed}"


def write_errand(errand: Errand) -> Path:
    """Write an errand into its directory."""
    path = Path(errand.run_dir) / ERRAND
    write_whole(path, msgspec.json.format(msgspec.json.encode(errand)))
    return path


def read_errand(path: Path) -> Errand:
    """Read an errand."""
    return msgspec.json.decode(path.read_bytes(), type=Errand)


def write_hunted(path: Path, hunted: Hunted) -> None:
    """Write what was seen, whole or not at all."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(hunted)) + b"\n")


def read_hunted(path: Path) -> Hunted | None:
    """Return what was seen; None where a hunt came to no end."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Hunted)
    except FileNotFoundError:
        return None

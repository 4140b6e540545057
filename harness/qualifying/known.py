"""What caught which defect last time: a file beside the profile, read first and rewritten at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.processes import ConfigurationError
from reports.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from harness.qualifying.record import Found, Result
    from harness.targets import Profile


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What caught a defect: the scenario or check, its suite, on which operation, in which scenario."""

    check: str
    suite: str
    operation: str = ""
    scene: str = ""


def history_file(profile: Profile) -> Path | None:
    """Return where the profile has it kept, if anywhere."""
    defects = profile.target.defects
    return profile.directory / defects.history if defects is not None and defects.history else None


def read_known(path: Path | None) -> dict[str, Known]:
    """Return what is known by defect; nothing where nothing was kept yet."""
    if path is None or not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Known])
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); remove it to begin anew") from None


def write_known(path: Path, results: Iterable[Result], before: Mapping[str, Known]) -> None:
    """Keep what caught each defect; of one that is in doubt this time, what did so before."""
    known = {one.defect.id: known_by(one.by) if one.by else before.get(one.defect.id) for one in results}
    kept = {name: one for name, one in sorted(known.items()) if one is not None}
    write_whole(path, msgspec.json.format(msgspec.json.encode(kept)) + b"\n")


def known_by(found: Found) -> Known:
    """Return what is to be known of a finding, so that it can be looked for again."""
    return Known(check=found.check, suite=found.suite, operation=found.operation, scene=found.scene)

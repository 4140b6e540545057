"""What a qualification is to be: written down before the first hunt, so that it can be resumed.

Rule: what it is measured with is part of it; with anything else the numbers would not be one measurement.
"""

from __future__ import annotations

import datetime as dt
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec

from harness.processes import ConfigurationError
from harness.qualifying.digest import digest_of, files_of, judges_digest
from harness.qualifying.record import Defect
from harness.qualifying.sources import sources_of
from reports.files import write_whole
from reports.run import now
from reports.run.config import toolkit_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.targets import Profile

PLAN = "plan.json"
ROOMS = ("contracts", "fakes", "harness", "reports", "scenarios")


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which defects of which engine are hunted, with what, and how often the sound engine is.

    `whole`: these are all that there are. `digest`: of the toolkit, the profile, the defects and
    the engine; `judges`: of what judges alone.
    """

    target: str
    seed: int
    sound_runs: int
    whole: bool
    digest: str
    judges: str
    toolkit: str
    started: str
    defects: tuple[Defect, ...]


def plan_of(
    profile: Profile, listed: tuple[Defect, ...], chosen: tuple[Defect, ...], *, seed: int, sound_runs: int
) -> Plan:
    """Plan the hunts for some of the defects that are listed."""
    return Plan(
        target=profile.target.name,
        seed=seed,
        sound_runs=sound_runs,
        whole=chosen == listed,
        digest=digest_of(_measured_with(profile, listed)),
        judges=judges_digest(),
        toolkit=toolkit_version(),
        started=now(),
        defects=chosen,
    )


def new_folder(out: Path, plan: Plan) -> Path:
    """Make a qualification's directory in `out`, and write its plan down."""
    if out.exists() and not out.is_dir():
        raise ConfigurationError(f"--out {out}: is a file, not a directory")
    moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = (out / f"qualification-{moment}-{token_hex(3)}").resolve()
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise ConfigurationError(f"--out {out}: cannot be written: {error.strerror}") from None
    _write_plan(folder, plan)
    return folder


def read_plan(folder: Path) -> Plan:
    """Read the plan of a qualification that was begun."""
    try:
        return msgspec.json.decode((folder / PLAN).read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error).replace("`", "")
        raise ConfigurationError(f"--resume {folder}: holds no qualification ({PLAN}: {why})") from None


def same_or_refuse(begun: Plan, planned: Plan, folder: Path) -> None:
    """Refuse to go on with anything that was not begun so; more runs of the sound engine may be asked for."""
    what = next(_differences(begun, planned), "")
    if what:
        raise ConfigurationError(f"--resume {folder}: {what}; begin anew without --resume")


def with_sound_runs(begun: Plan, sound_runs: int, folder: Path) -> Plan:
    """Return the plan with as many runs of the sound engine as are asked for now, and write it down."""
    plan = msgspec.structs.replace(begun, sound_runs=sound_runs)
    if plan != begun:
        _write_plan(folder, plan)
    return plan


def pieces(profile: Profile, listed: tuple[Defect, ...]) -> dict[str, str]:
    """Return the digest of each thing that is measured with."""
    return {name: digest_of([(name, data)]) for name, data in _measured_with(profile, listed)}


def still_so_or_refuse(before: Mapping[str, str], after: Mapping[str, str], folder: Path) -> None:
    """Refuse to make one measurement of hunts between which something has changed."""
    names = sorted({*before, *after})
    changed = next((name for name in names if before.get(name) != after.get(name)), "")
    if changed:
        raise ConfigurationError(f"{folder}: {changed} has changed while the hunts went on; begin anew")


def _write_plan(folder: Path, plan: Plan) -> None:
    write_whole(folder / PLAN, msgspec.json.format(msgspec.json.encode(plan)) + b"\n")


def _differences(begun: Plan, planned: Plan) -> Iterator[str]:
    if begun.target != planned.target:
        yield f"was begun with {begun.target}, not with {planned.target}"
    if begun.seed != planned.seed:
        yield f"was begun with seed {begun.seed}, not {planned.seed}"
    if begun.sound_runs > planned.sound_runs:
        yield f"was begun with {begun.sound_runs} sound runs, not {planned.sound_runs}"
    if begun.defects != planned.defects:
        yield "was begun with another list of defects"
    if begun.digest != planned.digest:
        yield "the toolkit, the profile or the engine is not what it was begun with"


def _measured_with(profile: Profile, listed: tuple[Defect, ...]) -> Iterator[tuple[str, bytes]]:
    for room in ROOMS:
        yield from files_of(room)
    yield "profile", profile.path.read_bytes()
    yield "defects", msgspec.json.encode(listed)
    yield from sources_of(profile, listed)

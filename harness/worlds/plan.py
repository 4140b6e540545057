"""What a world is to be: a value, decided before anything is started."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from harness.lines import DATABASE
from harness.services.storage import EMBEDDED
from harness.targets import Profile, load_profile
from harness.worlds.errors import NotControllableError, NotExercisableError, NotMappedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.worlds.world import World
    from reports.record import Setting


MOST_AT_ONCE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A profile, and where, with what storage and with which settings it is to run.

    `lines`: which storage (`database`, `redis`) the engine is to reach by a line that can be cut.
    """

    profile: Profile
    run_dir: Path
    work_dir: Path
    seed: int
    admin_database: str | None
    environment: str = EMBEDDED
    label: str = "shared"
    settings: Mapping[str, Setting] = field(default_factory=dict)
    replicas: int | None = None
    lines: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Return how many replicas there are to be."""
        return self.replicas or self.profile.target.replicas

    def variables(self) -> dict[str, str]:
        """Return the engine's variables for the settings; a setting that is not mapped cannot be changed."""
        mapped = self.profile.target.settings
        for name in self.settings:
            if name not in mapped:
                raise NotMappedError(f"the profile does not map the setting {name} ([target.settings])")
        return {mapped[name]: _text(value) for name, value in self.settings.items()}


def worlds_at_once() -> int:
    """Return how many worlds this machine bears: mostly they wait, so three for two processors."""
    processors = os.cpu_count() or 1
    return min(MOST_AT_ONCE, processors + processors // 2)


def plan_like(
    world: World,
    label: str,
    *,
    settings: Mapping[str, Setting] | None = None,
    replicas: int | None = None,
    lines: tuple[str, ...] = (),
) -> Plan:
    """Plan another world beside a running one: same profile and storage server, all else its own."""
    if not world.controllable:
        raise NotControllableError("the engine was started by somebody else: no world of its own can be had")
    profile = load_profile(Path(world.profile)).with_defect(world.defect)
    if profile.target.services:
        raise NotControllableError("its storage is somebody else's: no world of its own can be had beside it")
    if (replicas or 1) > 1 and profile.target.port is not None:
        raise NotControllableError("the profile fixes the engine's port: a second replica cannot be had")
    if DATABASE in lines and (world.database or "").startswith("sqlite:"):
        raise NotExercisableError("SQLite is a file: there is no line to the database that could be cut")
    return Plan(
        profile=profile,
        run_dir=Path(world.run_dir),
        work_dir=Path(world.work_dir),
        seed=world.seed,
        admin_database=world.admin_database,
        environment=world.environment,
        label=label,
        settings=settings or {},
        replicas=replicas,
        lines=lines,
    )


def _text(value: Setting) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

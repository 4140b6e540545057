"""A target profile: how an engine is started, or where it already runs.

Rule: whatever is wrong with a profile is one line that names the file, the key and, where there is one, the
nearest match.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from harness.processes import ConfigurationError
from harness.targets.checks import problems
from harness.targets.keys import unknown_keys
from harness.targets.toml import read_toml


class Artefact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was tested: a file (relative to the profile), an image digest or a commit; exactly one of them."""

    file: str | None = None
    image: str | None = None
    commit: str | None = None


class Deviation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A declared departure from the contract: shown in the verdict, never silently accepted."""

    success: int
    why: str
    until: dt.date

    def in_force(self, today: dt.date) -> bool:
        """Tell whether it still counts."""
        return today <= self.until


class Images(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The images of `--environment containers`."""

    postgres: str = "postgres:17"
    redis: str = "valkey/valkey:8"


class Services(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Storage that somebody else runs: it is used as it is."""

    database: str | None = None
    redis: str | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is given."""
        return self.database is not None or self.redis is not None


class Defects(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Defects seeded in this engine: how they are listed, and how the engine starts with one of them.

    `history`: the file (relative to the profile) that remembers what caught which.
    """

    list: tuple[str, ...]
    command: tuple[str, ...]
    history: str | None = None


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The engine under test: a `command` to start it with or a `url` to attach to.

    `port` fixes where the engine listens (default: a free port, given as {port}). `inherit` names variables
    of our own environment that the engine needs besides a plain user's (JAVA_HOME, …).
    For an engine to attach to, `fakes` says where ours must listen for it ("host:port" by name), and
    `signing_public_key` (base64 of the raw key) whose signatures the ERIS fake may trust.
    """

    name: str
    version: str = ""
    artefact: Artefact | None = None
    command: tuple[str, ...] = ()
    url: str | None = None
    port: int | None = None
    cwd: str = "."
    prepare: tuple[str, ...] = ()
    ready: str = "/v1/mmm/ready"
    base_path: str = "/v1/mmm"
    replicas: int = 1
    start_seconds: float = 30
    stop_seconds: float = 10
    log: str = "stdout"
    inherit: tuple[str, ...] = ()
    signing_public_key: str | None = None
    env: dict[str, str] = {}
    settings: dict[str, str] = {}
    deviations: dict[str, Deviation] = {}
    fakes: dict[str, str] = {}
    containers: Images = Images()
    services: Services = Services()
    defects: Defects | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    target: Target


class Profile(msgspec.Struct, frozen=True):
    """A profile and the file that it came from. `defect`: what is wrong with its engine ("": it is sound)."""

    path: Path
    target: Target
    defect: str = ""

    @property
    def directory(self) -> Path:
        """Return the folder that paths in the profile are relative to."""
        return self.path.resolve().parent

    @property
    def cwd(self) -> Path:
        """Return the folder that the engine is started in."""
        return (self.directory / self.target.cwd).resolve()

    def with_defect(self, defect: str) -> Profile:
        """Return the profile of the engine with a seeded defect; "" is the sound one."""
        if not defect or self.target.defects is None:
            return self
        command = self.target.defects.command
        return Profile(self.path, msgspec.structs.replace(self.target, command=command), defect)


def load_profile(path: Path) -> Profile:
    """Read and check a profile."""
    raw = read_toml(path)
    for line in unknown_keys(raw, _File):
        raise ConfigurationError(f"{path}: {line}")
    try:
        target = msgspec.convert(raw, _File).target
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {_in_words(str(error), raw)}") from None
    profile = Profile(path, target)
    for line in problems(profile):
        raise ConfigurationError(f"{path}: {line}")
    return profile


def _in_words(message: str, raw: dict[str, Any]) -> str:
    """Turn "Expected `int`, got `str` - at `$.target.replicas`" round."""
    what, _, where = message.replace("`", "").partition(" - at ")
    key = where.removeprefix("$").lstrip(".")
    for table in ("env", "settings", "deviations", "fakes"):
        if key.startswith(f"target.{table}[...]"):
            key = key.replace("[...]", f".{_culprit(raw, table)}", 1)
    if what.startswith("Object missing required field "):
        missing = what.rpartition(" ")[2]
        return f"{key}.{missing} is missing".lstrip(".")
    return f"{key}: {what[0].lower()}{what[1:]}"


def _culprit(raw: dict[str, Any], table: str) -> str:
    """Return the first key of a table whose value alone is wrong too."""
    for name, value in raw["target"][table].items():
        try:
            msgspec.convert({"target": {**raw["target"], table: {name: value}}}, _File)
        except msgspec.ValidationError:
            return str(name)
    return "…"

"""What a run carries besides its events, so that a pack can be made of it alone: `config/`.

The runner writes each part when it knows it; whatever a killed run lacks is shown as not recorded.

Rule: a profile is kept without the secrets that its environment holds.
"""

from __future__ import annotations

import hashlib
import platform
import re
import tomllib
from importlib import metadata
from typing import TYPE_CHECKING

import msgspec

from reports.redaction import LEAST_SECRET, REDACTED, redact
from reports.run.reader import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIG = "config"

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*:)([^/@\s]+)(?=@)")


class Described(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A requirement as the register has it; `awaits`: kinds of `shown` that no run shows yet, and why."""

    text: str
    see: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    awaits: dict[str, str] = {}


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The artefact that the profile declares: what the verdict is about."""

    name: str
    digest: dict[str, str]


class Versions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ran: the toolkit, its interpreter, the services under the engine."""

    toolkit: str
    python: str
    platform: str
    services: dict[str, str] = {}


class Counted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many defects that break a requirement were seeded, noticed, and blamed on it."""

    seeded: int
    caught: int
    rightly: int


class Power(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the verifier was worth when it was last qualified. `measured`: when ("": never).

    `judges`: the digest of the scenarios and checks that measured; `current`: the run had the same. Where
    `sound_runs` is 0, `false_alarms` says nothing.
    """

    measured: str = ""
    toolkit: str = ""
    target: str = ""
    seeded: int = 0
    caught: int = 0
    rightly: int = 0
    false_alarms: int = 0
    sound_runs: int = 0
    judges: str = ""
    current: bool = False
    requirements: dict[str, Counted] = {}

    def line(self) -> str:
        """Return it as a sentence."""
        if not self.measured:
            return "not measured"
        others = "" if self.current else ", with other scenarios or checks than this run's"
        return (
            f"caught {self.caught} of {self.seeded} seeded defects, blamed rightly {self.rightly}, "
            f"{self._alarms()}; measured "
            f"{self.measured[:10]} on {self.target} with mmm-harness {self.toolkit}{others}"
        )

    def _alarms(self) -> str:
        """Say what is known of false alarms: without a sound run, that none was raised is no number."""
        if not self.sound_runs:
            return "false alarms not measured (sound runs 0)"
        return f"false alarms {self.false_alarms} in {self.sound_runs} sound runs"


class Config(msgspec.Struct, frozen=True):
    """All of `config/` that is there."""

    register: dict[str, Described] = {}
    contracts: dict[str, str] = {}
    seeds: dict[str, int] = {}
    subject: Subject | None = None
    versions: Versions | None = None
    power: Power | None = None


def write_profile(run_dir: Path, text: str) -> None:
    """Keep the profile's text, without secrets."""
    secrets = secrets_of_profile(text)
    for short in (secret for secret in secrets if 0 < len(secret) < LEAST_SECRET):  # not where it is a word
        for quote in "\"'":
            text = text.replace(f"{quote}{short}{quote}", f"{quote}{REDACTED}{quote}")
    text = _URL_PASSWORD.sub(rf"\1{REDACTED}", text)
    _write(run_dir, "profile.toml", redact(text, secrets).encode())


def write_versions(run_dir: Path, services: Mapping[str, str]) -> None:
    """Keep what ran; `services` are the versions of PostgreSQL, Valkey and the like, by name."""
    versions = Versions(
        toolkit=toolkit_version(),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        services=dict(sorted(services.items())),
    )
    _write_json(run_dir, "versions.json", versions)


def write_power(run_dir: Path, power: Power) -> None:
    """Keep what the verifier is known to be worth."""
    _write_json(run_dir, "power.json", power)


def write_seeds(run_dir: Path, seeds: Mapping[str, int]) -> None:
    """Keep the seeds, by what they were used for."""
    _write_json(run_dir, "seeds.json", dict(sorted(seeds.items())))


def write_register(run_dir: Path, register: Mapping[str, Described]) -> None:
    """Keep the requirements, in the register's order."""
    _write_json(run_dir, "register.json", dict(register))


def write_contracts(run_dir: Path, files: Mapping[str, bytes]) -> None:
    """Keep the digest of each contract document that the run was judged by."""
    _write_json(run_dir, "contracts.json", {name: _sha256(data) for name, data in sorted(files.items())})


def write_subject(run_dir: Path, subject: Subject) -> None:
    """Keep the artefact that the profile declares; without one, what was observed is the subject."""
    _write_json(run_dir, "subject.json", subject)


def subject_of_file(path: Path) -> Subject:
    """Return the subject of `artefact = { file = … }`."""
    return Subject(path.name, {"sha256": _sha256(path.read_bytes())})


def subject_of_image(name: str, digest: str) -> Subject:
    """Return the subject of `artefact = { image = "sha256:…" }`."""
    return Subject(name, {"sha256": digest.rpartition("sha256:")[2]})


def subject_of_commit(name: str, commit: str) -> Subject:
    """Return the subject of `artefact = { commit = "…" }`."""
    return Subject(name, {"gitCommit": commit})


def read_config(run_dir: Path) -> Config:
    """Read what is there; a part that was never written has its empty value."""
    folder = run_dir / CONFIG
    names = [name for name in Config.__struct_fields__ if (folder / f"{name}.json").exists()]
    try:
        parts = {name: msgspec.json.decode((folder / f"{name}.json").read_bytes()) for name in names}
        return msgspec.convert(parts, Config)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunError(f"{folder}: not what a run writes there ({error})") from error


def config_files(run_dir: Path) -> dict[str, bytes]:
    """Return every file of `config/`, by its name in a pack."""
    return {f"{CONFIG}/{path.name}": path.read_bytes() for path in sorted((run_dir / CONFIG).glob("*.*"))}


def secrets_of_profile(text: str) -> tuple[str, ...]:
    """Return the secrets that a profile's environment spells out (rather than asks for by a placeholder)."""
    environment = tomllib.loads(text).get("target", {}).get("env", {})
    spelt = {
        name: value for name, value in environment.items() if isinstance(value, str) and "{" not in value
    }
    return secrets_of_environment(spelt)


def secrets_of_environment(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the secrets that variables hold: what is called one, and passwords in URLs.

    >>> secrets_of_environment({"API_TOKEN": "abc", "DATABASE_URL": "postgresql://me:pass@db/x", "PORT": "1"})
    ('abc', 'pass')
    """
    named = (value for name, value in environment.items() if _SECRET_NAME.search(name))
    return (*named, *passwords_in_urls(environment))


def passwords_in_urls(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the passwords in variables that are URLs.

    >>> passwords_in_urls({"API_TOKEN": "abc", "DATABASE_URL": "postgresql://me:pass@db/x"})
    ('pass',)
    """
    return tuple(found[1] for value in environment.values() for found in _URL_PASSWORD.findall(value))


def toolkit_version() -> str:
    """Return this toolkit's version, or "source tree" where it is not installed."""
    try:
        return metadata.version("mmm-harness")
    except metadata.PackageNotFoundError:
        return "source tree"


def _write(run_dir: Path, name: str, data: bytes) -> None:
    folder = run_dir / CONFIG
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def _write_json(run_dir: Path, name: str, value: object) -> None:
    _write(run_dir, name, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

"""What a run is made with, written down before it begins: `config/`."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from contracts.traceability import Trace, load_traceability
from harness.qualifying.measured import read_measured
from harness.services.storage import storage_of
from reports.run import config
from reports.run.sbom import write_sbom

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from contracts.register import Requirement
    from harness.targets import Profile


def write_config(
    run_dir: Path, profile: Profile, register: Mapping[str, Requirement], seed: int, environment: str
) -> None:
    """Write profile, versions, seed, power, register, contract digests, subject and the bill of materials."""
    config.write_profile(run_dir, profile.path.read_text(encoding="utf-8"))
    write_versions(run_dir, profile, environment)
    config.write_seeds(run_dir, {"run": seed})
    config.write_power(run_dir, read_measured())
    traces = load_traceability()
    described = {
        name: config.Described(
            requirement.text, requirement.see, requirement.shown, dict(traces.get(name, Trace()).awaits)
        )
        for name, requirement in register.items()
    }
    config.write_register(run_dir, described)
    config.write_contracts(run_dir, _contracts())
    if (subject := _subject(profile)) is not None:
        config.write_subject(run_dir, subject)
    write_sbom(run_dir)


def write_versions(run_dir: Path, profile: Profile, environment: str, work_dir: Path | None = None) -> None:
    """Write what it is made with; with the run's work directory, also what only running has shown."""
    started = profile.target.url is None
    services = storage_of(environment, profile.target).versions(work_dir) if started else {}
    config.write_versions(run_dir, services)


def _contracts() -> dict[str, bytes]:
    room = files("contracts")
    documents = {entry.name: entry.read_bytes() for entry in (room / "openapi").iterdir() if entry.is_file()}
    return documents | {name: (room / name).read_bytes() for name in ("requirements.toml", "unreached.toml")}


def _subject(profile: Profile) -> config.Subject | None:
    artefact = profile.target.artefact
    if artefact is None:
        return None
    if artefact.file:
        return config.subject_of_file(profile.directory / artefact.file)
    if artefact.image:
        return config.subject_of_image(profile.target.name, artefact.image)
    return config.subject_of_commit(profile.target.name, artefact.commit or "")

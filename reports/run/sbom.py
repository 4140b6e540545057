"""The bill of materials of what judged: every installed distribution of this interpreter, as CycloneDX."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from reports.run.config import CONFIG, toolkit_version

if TYPE_CHECKING:
    from pathlib import Path


def write_sbom(run_dir: Path) -> None:
    """Write `config/sbom.json`."""
    folder = run_dir / CONFIG
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sbom.json").write_text(sbom() + "\n", "utf-8")


def sbom() -> str:
    """Return the bill of materials as CycloneDX 1.6 JSON."""
    told = [found.metadata for found in metadata.distributions()]  # `name` and `version` read it anew
    installed = {one["Name"].lower(): one["Version"] for one in told}
    bom = Bom(components=[_library(name, version) for name, version in sorted(installed.items())])
    bom.metadata.component = _toolkit()
    bom.register_dependency(bom.metadata.component, bom.components)
    text: str = JsonV1Dot6(bom).output_as_string(indent=2)
    return text


def _toolkit() -> Component:
    return Component(
        type=ComponentType.APPLICATION, name="mmm-harness", version=toolkit_version(), bom_ref="mmm"
    )


def _library(name: str, version: str) -> Component:
    purl = PackageURL("pypi", name=name, version=version)
    return Component(type=ComponentType.LIBRARY, name=name, version=version, purl=purl, bom_ref=str(purl))

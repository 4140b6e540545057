"""Which parts a run has, from how it was narrowed: a value, before anything is started."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from harness.history.judging import SUITE as HISTORY
from harness.processes import ConfigurationError
from harness.targets.keys import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.register import Requirement
    from harness.corpus import Past
    from harness.verdicts import Selection

CONTRACTS, CORPUS, LOAD, RESILIENCE = "contracts", "corpus", "load", "resilience"


@dataclass(frozen=True, slots=True)
class Parts:
    """What is to be run. Folders of scenarios; those of `disturbing` need engines of their own.

    `corpus`: past findings, which are repeated first.
    """

    scenarios: tuple[Path, ...]
    disturbing: tuple[Path, ...]
    contracts: bool
    load: bool
    corpus: tuple[Past, ...] = ()


def scenario_folders(extra: tuple[Path, ...]) -> dict[str, Path]:
    """Return every folder of scenarios by its name: ours and those of an engine's team."""
    spec = find_spec("scenarios")
    ours = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    folders = {folder.name: folder for folder in sorted(ours.iterdir()) if list(folder.glob("test_*.py"))}
    for folder in extra:
        if not folder.is_dir():
            raise ConfigurationError(f"--scenarios {folder}: is not a directory")
        for name in suites_in(folder.resolve()):
            if name in {*folders, CONTRACTS, CORPUS, LOAD, HISTORY}:
                line = f"--scenarios {folder}: there is a suite {name} already: name the folder otherwise"
                raise ConfigurationError(line)
        folders[folder.resolve().name] = folder.resolve()
    return folders


def suites_in(folder: Path) -> list[str]:
    """Return the names of the suites that scenarios in a folder are of: its own, and its folders'."""
    return sorted({folder.name, *(path.parent.name for path in folder.rglob("test_*.py"))})


def parts_of(
    selection: Selection,
    register: Mapping[str, Requirement],
    extra: tuple[Path, ...],
    corpus: tuple[Past, ...] = (),
) -> Parts:
    """Decide what a run has; a name that nobody knows is wrong usage."""
    folders = scenario_folders(extra)
    _check(selection, register, {*folders, CONTRACTS, LOAD, RESILIENCE, *([CORPUS] if corpus else [])})
    chosen = {name: folder for name, folder in folders.items() if _chosen(name, selection)}
    disturbing = tuple(folder for name, folder in chosen.items() if name == RESILIENCE)
    quiet = tuple(folder for name, folder in chosen.items() if name != RESILIENCE)
    if selection.requirements or selection.keyword:  # so few that one process does them all at once
        quiet, disturbing = (*quiet, *disturbing), ()
    return Parts(
        scenarios=quiet,
        disturbing=disturbing,
        contracts=_generated(CONTRACTS, "wire", selection, register),
        load=_generated(LOAD, "load", selection, register),
        corpus=tuple(past for past in corpus if _asked_for(past, selection)),
    )


def _asked_for(past: Past, selection: Selection) -> bool:
    asked = any(selection.asks_for(requirement) for requirement in past.finding.requirements)
    return asked and _chosen(CORPUS, selection) and not selection.keyword


def _chosen(name: str, selection: Selection) -> bool:
    return name in selection.suites or not selection.suites


def _generated(name: str, kind: str, selection: Selection, register: Mapping[str, Requirement]) -> bool:
    """Tell whether checks that are no scenarios are wanted: words (-k) choose among scenarios alone."""
    if selection.suites:
        return name in selection.suites
    asked = selection.requirements or tuple(register)
    return not selection.keyword and any(kind in register[requirement].shown for requirement in asked)


def _check(selection: Selection, register: Mapping[str, Requirement], suites: set[str]) -> None:
    for requirement in selection.requirements:
        if requirement not in register:
            near = nearest(requirement, register)
            raise ConfigurationError(f"--requirement {requirement}: is not in the register{near}")
    for suite in selection.suites:
        if suite not in suites:
            known = ", ".join(sorted(suites))
            raise ConfigurationError(
                f"--suite {suite}: there is none{nearest(suite, suites)}; there are {known}"
            )

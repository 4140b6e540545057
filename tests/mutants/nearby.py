"""Which requirements are near a mutant: what the scenarios are for that show what is kept where it was made.

Rule: nothing here knows a mutant's change. Which function keeps which statement of the specification, and
which scenario shows that, says docs/statements.md; whom a scenario speaks for, contracts/traceability.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.engine.kept import Row

MOST = 5


@dataclass(frozen=True, slots=True)
class Map:
    """The places of the engine, each with the requirements that its scenarios speak for, once for each."""

    requirements: Mapping[str, tuple[str, ...]]

    def near(self, module: str, scope: str) -> list[str]:
        """Return the nearest requirements: of the very function, of its module, of the modules beside it."""
        package = module.rpartition(".")[0]
        rings = (self._within(f"{module}.{scope}"), self._within(module), self._within(package))
        return list(dict.fromkeys(chain.from_iterable(map(_often, rings))))[:MOST]

    def _within(self, place: str) -> Iterator[str]:
        for name, found in self.requirements.items():
            if name == place or name.startswith(f"{place}."):
                yield from found


def map_of(rows: Iterable[Row], shown: Mapping[str, Iterable[str]]) -> Map:
    """Draw the map from the rows of docs/statements.md, and from the scenarios that show each requirement."""
    of_scenario: dict[str, list[str]] = {}
    for requirement, scenarios in shown.items():
        for scenario in scenarios:
            of_scenario.setdefault(f"scenarios/{scenario}", []).append(requirement)
    found: dict[str, list[str]] = {}
    for row in rows:
        speaking = [one for path, name in row.tests for one in of_scenario.get(f"{path}::{name}", ())]
        for place in row.places:
            found.setdefault(place, []).extend(speaking)
    return Map({place: tuple(names) for place, names in found.items()})


def _often(names: Iterable[str]) -> list[str]:
    """Return names, the most frequent ones first."""
    every = list(names)
    return sorted(dict.fromkeys(every), key=lambda name: -every.count(name))

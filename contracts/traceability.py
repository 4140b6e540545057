"""Which scenarios show which requirement, and what a run cannot show yet: traceability.toml, read.

Rule: `scenarios` are written from the scenarios' own marks (`nox -s traceability`), `awaits` by hand.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "traceability.toml"


@dataclass(frozen=True, slots=True)
class Trace:
    """One requirement: the scenarios that show it, and why a kind of its `shown` waits and for what."""

    scenarios: tuple[str, ...] = ()
    awaits: Mapping[str, str] = field(default_factory=dict)


def load_traceability() -> dict[str, Trace]:
    """Return what is written of every requirement, by id."""
    return dict(_read())


@cache
def _read() -> dict[str, Trace]:
    return parsed(files("contracts").joinpath(FILE).read_text(encoding="utf-8"))


def parsed(text: str) -> dict[str, Trace]:
    r"""Read the text of such a file.

    >>> parsed('[FR-9]\nscenarios = []\nawaits.unit = "inside"')
    {'FR-9': Trace(scenarios=(), awaits={'unit': 'inside'})}
    """
    return {
        identifier: Trace(tuple(table["scenarios"]), table.get("awaits", {}))
        for identifier, table in tomllib.loads(text).items()
    }

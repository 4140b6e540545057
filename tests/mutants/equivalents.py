"""Mutants that were found to be the sound engine in other words, one by one, each with its reason.

Rule: an entry that names no mutant of the draw is an error, and so is one entry more than the score may do
without: what was true of the engine of yesterday excuses nothing today.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

FILE = Path(__file__).with_name("equivalent.toml")
MOST = 20


class ExcuseError(Exception):
    """A mutant is excused that may not be."""


def equivalents(text: str, ids: Collection[str]) -> dict[str, str]:
    """Return the reasons in a file's text, by the mutant that each excuses."""
    found = tomllib.loads(text)
    for name, reason in found.items():
        if name not in ids:
            raise ExcuseError(f"{name}: no mutant of this name is drawn; take it out of {FILE.name}")
        if not (isinstance(reason, str) and reason.strip()):
            raise ExcuseError(f"{name}: say in {FILE.name} why it is equivalent")
    if len(found) > MOST:
        raise ExcuseError(f"{FILE.name} excuses {len(found)} mutants, and at most {MOST} may be")
    return found

"""Mutants that are not hunted, by their names: the sound engine in other words, and what is no engine at all.

Rule: an entry without a reason, or that names no mutant of the draw, is an error, and so is one excuse more
than the score may do without: what was true of the engine of yesterday excuses nothing today.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
INCOMPETENT = Path(__file__).with_name("incompetent.toml")
MOST = 20


class ExcuseError(Exception):
    """A mutant is excused that may not be."""


def equivalents(text: str, drawn: Collection[str]) -> dict[str, str]:
    """Return the reasons in a file's text, by the mutant of the draw that each excuses."""
    found = _reasons(text, "equivalent", EQUIVALENT)
    for name in found:
        if name not in drawn:
            raise ExcuseError(f"{name}: no mutant of this name is drawn; take it out of {EQUIVALENT.name}")
    if len(found) > MOST:
        raise ExcuseError(f"{EQUIVALENT.name} excuses {len(found)} mutants, and at most {MOST} may be")
    return found


def incompetents(text: str) -> dict[str, str]:
    """Return the reasons in a file's text, by the mutant that is passed over in the draw for each."""
    return _reasons(text, "incompetent", INCOMPETENT)


def _reasons(text: str, what: str, file: Path) -> dict[str, str]:
    found = tomllib.loads(text)
    for name, reason in found.items():
        if not (isinstance(reason, str) and reason.strip()):
            raise ExcuseError(f"{name}: say in {file.name} why it is {what}")
    return found

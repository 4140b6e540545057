"""The requirement register: what may be claimed of an engine, by the users' own ids.

Rule: requirements.toml is the users' text; it is read here and never rewritten, and its order is kept.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: its id, its sentence, where it is told and which kinds of evidence show it."""

    id: str
    text: str
    see: tuple[str, ...]
    shown: tuple[str, ...]


def load_register() -> dict[str, Requirement]:
    """Return every requirement by id, in the order of the file."""
    return {requirement.id: requirement for requirement in _read()}


@cache
def _read() -> tuple[Requirement, ...]:
    tables = tomllib.loads(files("contracts").joinpath("requirements.toml").read_text(encoding="utf-8"))
    return tuple(_requirement(identifier, table) for identifier, table in tables.items())


def _requirement(identifier: str, table: dict[str, Any]) -> Requirement:
    return Requirement(
        id=identifier,
        text=table["text"],
        see=tuple(part.strip() for part in table["see"].split(",")),
        shown=tuple(table["shown"]),
    )

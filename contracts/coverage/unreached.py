"""The points that a run need not reach, each with its reason: unreached.toml.

Rule: a reason excuses a point that was not touched; one that was touched counts as every other.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from contracts.document import Document


def unreached(document: Document, points: Collection[str]) -> dict[str, str]:
    """Return the reason for each of these points that has one; the first that fits is the reason."""
    patterns = excuses().get(document.name, ())
    found = ((name, _reason(name, patterns)) for name in points)
    return {name: reason for name, reason in found if reason is not None}


@cache
def excuses() -> dict[str, tuple[tuple[re.Pattern[str], str], ...]]:
    """Return what is written, by document: a pattern for names, and the reason for those that fit."""
    tables = tomllib.loads(files("contracts").joinpath("unreached.toml").read_text(encoding="utf-8"))
    return {
        document: tuple((_pattern(name), group["reason"]) for group in groups for name in group["points"])
        for document, groups in tables.items()
    }


def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern in which * stands for anything and everything else for itself."""
    return re.compile(".*".join(map(re.escape, text.split("*"))))


def _reason(name: str, patterns: Collection[tuple[re.Pattern[str], str]]) -> str | None:
    return next((reason for pattern, reason in patterns if pattern.fullmatch(name)), None)

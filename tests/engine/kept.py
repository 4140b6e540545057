"""The rows of docs/statements.md: where the reference engine keeps each statement, and what shows it.

Rule: nothing here knows files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = re.compile(r"`((?:engine|harness|reports|contracts)(?:\.\w+)+)`")
TEST = re.compile(r"`((?:tests|scenarios|benchmarks)/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"\| ([\d.]+[a-z]?[\d.]*) \| (.+?) \| ((?:\(choice\))?) ?\| (.*?) ?\| (.*?) ?\|")


@dataclass(frozen=True, slots=True)
class Row:
    """What the page says of one statement."""

    id: str
    quote: str
    choice: bool
    places: tuple[str, ...]
    tests: tuple[tuple[str, str], ...]
    open: bool


def rows_of(page: str) -> list[Row]:
    """Read the tables of the page."""
    lines = (ROW.fullmatch(line.replace(r"\|", "¦")) for line in page.splitlines())
    return [
        Row(
            found[1],
            found[2].replace("¦", "|"),
            bool(found[3]),
            tuple(NAME.findall(found[4])),
            tuple((path, name) for path, name in TEST.findall(found[5])),
            found[5].startswith("open: "),
        )
        for found in lines
        if found
    ]

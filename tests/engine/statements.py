"""The statements of the specification, found by their place in it.

Rule: nothing here knows files. A statement is what an engine could break by itself: one clause of a
paragraph, bullet, step or cell, one member of a list of names, or one line of a shape. Its id says where it
stands: section, block (a step has its own number), clause, member, as in `3.4.2`, `5.3.10c`, `7.1e.9`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SECTION = re.compile(r"#{2,3} ([\d.]+?)\.? ")
BULLET = re.compile(r"(?:- |(\d+)\. )")
STEP_INSIDE = re.compile(r"(?<=[.;]) (?=\d+\. )")
CLAUSE_ENDS = (". ", "; ")
MEMBER_BEGINS = ", `"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that an engine could break by itself; where it is a choice, only the reference engine."""

    id: str
    text: str
    choice: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, bullet, step, row or line of a shape. `step` is the number that it has of its own."""

    clauses: tuple[tuple[str, ...], ...]
    step: int | None = None


def statements_of(specification: str) -> list[Statement]:
    """Return every statement, in order."""
    return [
        statement
        for section, lines in _sections(specification)
        for place, block in _numbered(section, list(_blocks(lines)))
        for statement in _statements(place, block)
    ]


def clauses(text: str) -> tuple[tuple[str, ...], ...]:
    """Split after full stops and semicolons, and each clause into the members of its list of names."""
    return tuple(members(clause) for clause in _cut(text, CLAUSE_ENDS))


def members(clause: str) -> tuple[str, ...]:
    """Split a list of at least three names in backticks; of two, or of words, it is one statement."""
    pieces = _cut(clause, (MEMBER_BEGINS,))
    return tuple(pieces) if len(pieces) > 2 else (clause,)


def _cut(text: str, ends: tuple[str, ...]) -> list[str]:
    """Cut after each end; what stands in brackets or backticks stays in one piece."""
    depth, quoted, cuts = 0, False, [0]
    for place, letter in enumerate(text):
        quoted ^= letter == "`"
        if quoted:
            continue
        depth = max(0, depth + _opens(text, place) - (letter in ")]}"))
        if not depth and text.startswith(ends, place):
            cuts.append(place + 2)
    return [text[start:end].strip() for start, end in pairwise([*cuts, len(text)])]


def _opens(text: str, place: int) -> bool:
    """Say whether a bracket opens here; one that holds a list of rules keeps nothing together."""
    rules = text[place : text.find(")", place)].count("; ") if text[place] == "(" else 0
    return text[place] in "([{" and rules < 3


def _sections(specification: str) -> Iterator[tuple[str, list[str]]]:
    name, lines = "", list[str]()
    for line in specification.splitlines():
        if heading := SECTION.match(line):
            yield name, lines
            name, lines = heading[1], []
        elif name:
            lines.append(line)
    yield name, lines


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    text, shapes, rows = "", False, 0
    for line in [*lines, ""]:
        fence, row = line.startswith("```"), line.startswith("|")
        rows = rows + 1 if row else 0
        if text and (not line or fence or row or BULLET.match(line)):
            yield from map(_prose, STEP_INSIDE.split(text))
            text = ""
        shapes ^= fence
        if shapes and not fence:
            yield Block(((" ".join(line.split()),),))
        elif rows > 2:  # after the head of the table and the line below it
            yield _row(line)
        elif line and not fence and not row:
            text = f"{text} {line.strip()}".strip()


def _prose(text: str) -> Block:
    bullet = BULLET.match(text)
    step = int(bullet[1]) if bullet and bullet[1] else None
    return Block(clauses(BULLET.sub("", text, count=1) if bullet else text), step)


def _row(line: str) -> Block:
    """Read what each cell says of the first one."""
    key, *cells = (cell.strip() for cell in line.strip("|").split("|"))
    said = (clause for cell in cells if cell for clause in clauses(cell))
    return Block(tuple(tuple(f"{key}: {piece}" for piece in clause) for clause in said))


def _numbered(section: str, blocks: list[Block]) -> Iterator[tuple[str, Block]]:
    """Count from 1, or from the first step's number; what stands before that is 0."""
    number = -1 if any(block.step for block in blocks) else 0
    for block in blocks:
        number = block.step or number + 1
        yield f"{section}.{number}", block


def _statements(place: str, block: Block) -> Iterator[Statement]:
    chosen = False
    for letter, clause in zip(LETTERS, block.clauses, strict=False):
        there = place + letter if len(block.clauses) > 1 else place
        chosen |= clause[0].startswith("*(choice)*")
        for number, piece in enumerate(clause, start=1):
            own = f"{there}.{number}" if len(clause) > 1 else there
            yield Statement(own, piece, choice=chosen or "*(choice" in piece)
        chosen &= clause[-1].endswith(";")

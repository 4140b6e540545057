"""What a file of scenarios says that it shows: its marks, and what its scenarios ask for.

Rule: files are read, never run; a scenario is its function, whatever it is parametrized with.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.driving.recorder import DEPENDENCY, LOG, STORAGE, TIME, WIRE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "requirement"
# Moving what is stored is how time passes for it.
MOVES_TIME = "ages"
GIVEN_BY = {
    WIRE: {"engine"},
    DEPENDENCY: {"iam", "eris", "policy", "llm", "ubi", "governance", "alerting", "otlp"},
    LOG: {"engine_log", "audit_log"},
    STORAGE: {"stored"},
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One scenario: where it is, which requirements it names and which kinds of evidence it can give."""

    scenario: str
    requirements: tuple[str, ...]
    kinds: frozenset[str]


def shown_in(folder: Path) -> list[Shown]:
    """Return every scenario of the suites in a folder, in order."""
    return [
        shown
        for path in sorted(folder.glob("*/test_*.py"))
        for shown in shown_by(path.read_text(encoding="utf-8"), path.relative_to(folder).as_posix())
    ]


def shown_by(source: str, where: str) -> Iterator[Shown]:
    r"""Yield the scenarios of one file.

    >>> [one.requirements for one in shown_by("@requirement('FR-1')\ndef test_it(engine): ...", "x.py")]
    [('FR-1',)]
    """
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (marks := _marks(node)):
            yield Shown(f"{where}::{node.name}", marks, _kinds(node))


def _marks(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(
        str(argument.value)
        for call in function.decorator_list
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == MARK
        for argument in call.args
        if isinstance(argument, ast.Constant)
    )


def _kinds(function: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    asked = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    kinds = {kind for kind, fixtures in GIVEN_BY.items() if asked & fixtures}
    moved = any(isinstance(node, ast.Attribute) and node.attr == MOVES_TIME for node in ast.walk(function))
    return frozenset(kinds | ({TIME} if moved else set()))

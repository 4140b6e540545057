"""For people: worst first, grouped by rule, within 80 columns and without colour."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Final

from contracts.compatibility.formats.report import Report, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.compatibility.model import Change, Rule

WIDTH: Final = 80
MOST_OPERATIONS: Final = 3


def page(report: Report) -> str:
    """Return the comparison as a text."""
    lines = [*_wrapped(f"{report.old} -> {report.new}", 0)]
    for level, changes in groupby(report.changes, key=lambda change: change.rule.level):
        found = list(changes)
        lines += ["", f"{level.upper()} ({len(found)})"]
        for rule, alike in groupby(found, key=lambda change: change.rule):
            lines += ["", *_rule(rule, alike, report)]
    return "".join(f"{line}\n" for line in [*lines, "", f"contracts: {report.total()}"])


def _rule(rule: Rule, changes: Iterable[Change], report: Report) -> Iterator[str]:
    yield from _wrapped(f"{rule.id}: {rule.what} {rule.why}", 2)
    for change in changes:
        place = change.place
        beside = place.document not in {report.old, report.new}
        yield from _wrapped(f"{place.document if beside else ''}{place.pointer or '/'}", 4, mark="- ")
        yield from _wrapped(f"{shown(change.old)} -> {shown(change.new)}", 6)
        yield from _wrapped(_operations(change.operations), 6)


def _operations(names: tuple[str, ...]) -> str:
    few, more = names[:MOST_OPERATIONS], len(names) - MOST_OPERATIONS
    return ("in " + ", ".join(few) if few else "") + (f" and {more} more" if more > 0 else "")


def _wrapped(text: str, indent: int, mark: str = "") -> list[str]:
    first, rest = " " * indent + mark, " " * (indent + max(len(mark), 2))
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)

"""The end of a qualification in a terminal: at most 80 columns, the line for machines last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.qualifying.page import suites, told_of_sound
from harness.qualifying.power import WRONG
from harness.qualifying.record import Status
from reports.formats.text import one_line, shortened, showable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rich.console import Console

    from harness.qualifying.record import Result
    from harness.qualifying.written import Qualification

WIDTH = 80
MOST = 20
LONGEST = 300


def render(qualification: Qualification, folder: Path, console: Console) -> None:
    """Print by requirement what was caught, then what was not; last how sound that is, and for machines."""
    width = min(console.width, WIDTH)
    console.print(_table(qualification), width=width)
    for line in _told(qualification):
        indent = len(line) - len(line.lstrip())
        text = Text(showable(one_line(line), console.encoding))
        console.print(Padding(text, (0, 0, 0, indent)), width=width)
    for line in (f"report {folder}", told_of_sound(qualification), qualification.line):
        console.print(Text(showable(line, console.encoding)), soft_wrap=True)


def _table(qualification: Qualification) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("requirement", no_wrap=True)
    for name in ("seeded", "caught", "rightly"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("by")
    for one in qualification.requirements:
        table.add_row(one.name, str(one.seeded), str(one.caught), str(one.rightly), suites(one))
    return table


def _told(qualification: Qualification) -> Iterator[str]:
    for result in qualification.results:
        if result.status in WRONG or result.status is Status.UNKNOWN:
            yield from _uncaught(result)
    for alarm in qualification.alarms:
        found = alarm.finding
        yield f"false alarm (seed {alarm.seed}) [{', '.join(found.requirements)}] {found.title}"
        yield f"  {found.check}"
    yield from (f"unknown of the sound engine: {text}" for text in qualification.doubts[:MOST])
    yield from _never(qualification)
    deferred = [one.defect.deferred for one in qualification.results if one.defect.deferred]
    if aside := Counter(reason.partition(":")[0] for reason in deferred):
        counted = ", ".join(f"{reason} {number}" for reason, number in aside.items())
        yield f"{len(deferred)} more defects were not hunted: {counted}"


def _uncaught(result: Result) -> Iterable[str]:
    defect = result.defect
    yield f"{result.status.value} {defect.id} [{', '.join(defect.requirements) or 'anything'}]"
    yield f"  {defect.story}"
    yield f"  {shortened(result.reason, LONGEST)}"


def _never(qualification: Qualification) -> Iterator[str]:
    """Say what never caught anything: of a part of the defects that would mean nothing."""
    if not qualification.plan.whole or not qualification.never:
        return
    yield f"{len(qualification.never)} scenarios and checks were never the ones to catch a defect; the first:"
    yield from (f"  {name}" for name in qualification.never[:MOST])

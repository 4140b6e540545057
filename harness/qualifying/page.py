"""The table of docs/power.md, from a qualification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.qualifying.power import WRONG
from harness.qualifying.record import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.qualifying.power import Tally
    from harness.qualifying.record import Result
    from harness.qualifying.written import Qualification


def page_of(qualification: Qualification) -> str:
    """Return the tables as Markdown: by requirement, by kind, and what was not rightly blamed."""
    parts = [
        *_tallies("requirement", qualification.requirements),
        "",
        *_tallies("kind", qualification.kinds),
        "",
        *_uncaught(qualification.results),
        f"`{qualification.line}`",
    ]
    return "".join(f"{line}\n" for line in parts)


def _tallies(what: str, tallies: Iterable[Tally]) -> Iterator[str]:
    yield f"| {what} | seeded | caught | blamed rightly | by |"
    yield "|---|---|---|---|---|"
    for one in tallies:
        yield f"| {one.name} | {one.seeded} | {one.caught} | {one.rightly} | {suites(one)} |"


def suites(tally: Tally) -> str:
    """Return which suites caught how many.

    >>> from harness.qualifying.power import Tally
    >>> suites(Tally("FR-1", 3, 3, 3, {"contracts": 2, "features": 1}))
    'contracts 2, features 1'
    """
    return ", ".join(f"{name} {number}" for name, number in tally.suites.items()) or "none"


def _uncaught(results: Iterable[Result]) -> Iterator[str]:
    rows = [one for one in results if one.status in WRONG or one.status is Status.UNKNOWN]
    if not rows:
        return
    yield "| defect | what became of it | why |"
    yield "|---|---|---|"
    for one in rows:
        yield f"| `{one.defect.id}` | {one.status.value} | {_cell(one.reason)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")

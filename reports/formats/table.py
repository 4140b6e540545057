"""The terminal's view: a table of verdicts, the findings in short, the totals line last.

At most 80 columns, and no colour is needed to understand it: every row says its status in words.
"""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports.formats.text import one_line, shortened, showable
from reports.record import Status
from reports.story import tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from reports.record import Finding, Verdict

WIDTH = 80
_MOST_FINDINGS = 20
_STYLES = {
    Status.VERIFIED: "green",
    Status.VIOLATED: "bold red",
    Status.NOT_EXERCISED: "dim",
    Status.WAIVED: "yellow",
    Status.UNKNOWN: "bold yellow",
}


def render_verdict(
    verdicts: Sequence[Verdict], findings: Iterable[Finding], console: Console, closing: Iterable[str] = ()
) -> None:
    """Print what a person needs at the end of a run: `closing`, and last a line for machines."""
    console.print(_table(verdicts, console), width=min(console.width, WIDTH))
    bugs = list({finding.key: finding for finding in reversed(list(findings))}.values())[::-1]
    for finding in bugs[:_MOST_FINDINGS]:
        _print_finding(finding, console)
    if len(bugs) > _MOST_FINDINGS:
        console.print(f"\n{len(bugs) - _MOST_FINDINGS} more findings are in report.html")
    console.print()
    for line in (*closing, tally(verdicts).line()):
        console.print(_text(one_line(line), console), soft_wrap=True)


def _table(verdicts: Iterable[Verdict], console: Console) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("requirement", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("why")
    for verdict in verdicts:
        status = Text(verdict.status.value, _STYLES[verdict.status])
        table.add_row(Text(verdict.requirement), status, _text(_why(verdict), console))
    return table


def _why(verdict: Verdict) -> str:
    missing = f"missing: {', '.join(verdict.missing)}" if verdict.status is Status.NOT_EXERCISED else ""
    shown = f"shown: {', '.join(verdict.kinds)}" if verdict.status is Status.VERIFIED else ""
    return "; ".join(
        part for part in (one_line(verdict.reason), shown, missing if verdict.missing else "") if part
    )


def _print_finding(finding: Finding, console: Console) -> None:
    blamed = ", ".join(finding.requirements) or finding.attribution.value
    head = Text.assemble((finding.id, "bold"), f"  [{blamed}]  ", _text(one_line(finding.title), console))
    lines = [finding.rule, finding.operation, shortened(one_line(finding.detail), 300)]
    parts = [Padding(_text(line, console), (0, 0, 0, 2)) for line in lines if line and line != finding.title]
    console.print(Text(), head, *parts, sep="\n", width=min(console.width, WIDTH))
    if finding.curl:
        # A command is never wrapped or cut: it is there to be copied.
        console.print(_text(indent(finding.curl, "  "), console), soft_wrap=True)


def _text(text: str, console: Console) -> Text:
    """Return text that this console can show, whatever its encoding; markup in it means nothing."""
    return Text(showable(text, console.encoding))

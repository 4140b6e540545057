"""A table of figures and goals, 80 columns wide."""

from __future__ import annotations

import sys
from dataclasses import dataclass

_TWO_DIGITS_BELOW = 100


@dataclass(frozen=True)
class Row:
    """A figure; where there is a goal for it, the goal and whether it was reached."""

    what: str
    figure: float
    goal: str = ""
    reached: bool | None = None

    def line(self) -> str:
        """Return it as a line of the table."""
        figure = f"{self.figure:,.2f}" if self.figure < _TWO_DIGITS_BELOW else f"{self.figure:,.0f}"
        verdict = {None: "", True: "reached", False: "missed"}[self.reached]
        return f"{self.what:<48}{figure:>10}{self.goal:>10}  {verdict}".rstrip()


def show(title: str, rows: list[Row]) -> None:
    """Print rows under a title."""
    head = f"{title:<48}{'measured':>10}{'goal':>10}"
    sys.stdout.write("\n".join((head, "-" * 80, *(row.line() for row in rows))) + "\n\n")
    sys.stdout.flush()

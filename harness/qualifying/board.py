"""What is seen while a qualification goes on: a live line in a terminal, a line for each hunt that ends."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from reports.formats.text import one_line, showable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.status import Status as Live

    from harness.qualifying.record import Hunted, Result

WIDTH = 80


class Board:
    """Tells how far it has come."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._ended: Counter[str] = Counter()
        self._live: Live | None = None

    @contextlib.contextmanager
    def live(self) -> Iterator[None]:
        """Keep a live line at the bottom, where there is a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status("starting") as self._live:
            yield
        self._live = None

    def going_on(self, names: list[str]) -> None:
        """Show which hunts go on."""
        if self._live is not None:
            counted = ", ".join(f"{number} {word}" for word, number in self._ended.items())
            said = f"{self._ended.total()} of {self._total} ({counted or 'none yet'}): {', '.join(names)}"
            self._live.update(Text(_cut(said, WIDTH - 2)))

    def defect(self, result: Result) -> None:
        """Tell what became of a defect."""
        self._ended[result.status.value] += 1
        told = f"{','.join(result.by.requirements)} {result.by.check}" if result.by else result.reason
        self._row(result.status.value, result.seconds, f"{result.defect.id}: {told}")

    def sound(self, hunted: Hunted) -> None:
        """Tell what was found on the sound engine."""
        trouble = hunted.late or hunted.unbuilt or next(iter(hunted.doubts), "")
        word = "alarm" if hunted.findings else "unknown" if trouble else "sound"
        self._ended[word] += 1
        found = "; ".join(f"{','.join(one.requirements)} {one.check}" for one in hunted.findings)
        looked = f"{len(hunted.looked)} scenarios and checks found nothing"
        self._row(
            word,
            hunted.seconds,
            f"{'placebo' if hunted.placebo else 'seed'} {hunted.seed}: {found or trouble or looked}",
        )

    def say(self, line: str) -> None:
        """Print one line."""
        self._console.print(Text(showable(line, self._console.encoding)), soft_wrap=True)

    def _row(self, word: str, seconds: float, text: str) -> None:
        self.say(_cut(f"{word:<9} {seconds:>5.0f} s  {one_line(text)}", WIDTH))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"

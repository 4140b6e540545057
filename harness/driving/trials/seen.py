"""What trials have shown: how often what was done, and the mismatch with the shortest way to it.

Rule: pure bookkeeping. While a way is made shorter nothing counts, and another mismatch is not the one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.driving.failures import VacuousClaimError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.driving.failures import MismatchError
    from harness.driving.trials.trial import Trial
    from reports.record import Exchange

LONGEST_STORY = 40


class Seen:
    """Counts steps, and keeps the trial worth it. `again`: how often the first mismatch came again."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.steps = 0
        self.again = 0
        self.last: Trial | None = None
        self.first: tuple[MismatchError, int] | None = None
        self.best: tuple[MismatchError, Trial] | None = None

    def count(self, kind: str) -> None:
        """Count something; while a sequence is made shorter, nothing counts."""
        if self.first is None:
            self.counts[kind] += 1

    def stepped(self, trial: Trial) -> None:
        """Count a step in which nothing was wrong."""
        self.last = trial
        trial.recorder.claim()
        if self.first is None:
            self.steps += 1

    def mismatched(self, error: MismatchError, trial: Trial) -> bool:
        """Keep a mismatch, and tell whether it is the first; another than that one is not it."""
        trial.recorder.claim()
        if self.first is None:
            self.first, self.best = (error, len(trial.asked)), (error, trial)
            return True
        if error.check == self.first[0].check:
            self.again += 1
            self.best = (error, trial)
        return False

    def story(self, trial: Trial, was: int, cut_off: str) -> str:
        """Tell the steps, and how they were found: `was` so many at first; why shrinking was cut off."""
        now = len(trial.asked)
        how = f"{now} step" + ("s" if now > 1 else "") + (f", shrunk from {was}" if now < was else "")
        if cut_off:
            how += f"; shrinking was cut off: {cut_off}"
        elif not self.again and len(trial.moves) > 1:
            how += "; the same again did not show it again"
        told = [f"{number}. {told_step(one)}" for number, one in enumerate(trial.asked, 1)]
        left_out = [f"… {now - LONGEST_STORY} before"] if now > LONGEST_STORY else []
        return f"{how}: " + "; ".join(left_out + told[-LONGEST_STORY:])

    def too_rare(self, kinds: Mapping[str, int]) -> list[str]:
        """Return which of these were counted less often than they must be, and how often."""
        rare = [(kind, least) for kind, least in kinds.items() if self.counts[kind] < least]
        return [f"{kind} ({self.counts[kind]} of {least})" for kind, least in rare]

    def made_often(self, kind: str, of: str, share: float) -> None:
        """Make the scenario unknown where something came of too few of its steps."""
        if self.counts[kind] < share * self.counts[of] or not self.counts[of]:
            few = f"{self.counts[kind]} of {self.counts[of]}"
            raise VacuousClaimError(f"{kind} came of too few: {few}, not {share:.0%} of {of}")


def told_step(exchange: Exchange) -> str:
    """Say who asked for what, and what the answer was."""
    who = exchange.persona.name if exchange.persona else "nobody"
    path = urlsplit(exchange.url).path
    return f"{who} {exchange.method} {path} {exchange.status or 'no answer'}"

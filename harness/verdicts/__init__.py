"""Verdicts: what a run's events say of each requirement."""

from harness.verdicts.fold import Judgement, Waiver, fold, totals_of
from harness.verdicts.selection import Selection

__all__ = ["Judgement", "Selection", "Waiver", "fold", "totals_of"]

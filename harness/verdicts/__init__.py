"""Verdicts: what a run's events say of each requirement."""

from harness.verdicts.fold import Judgement, Waiver, fold
from harness.verdicts.selection import Selection

__all__ = ["Judgement", "Selection", "Waiver", "fold"]

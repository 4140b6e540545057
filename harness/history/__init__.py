"""What only a whole run can show: checks over all that was recorded, each a pure function of the history."""

from harness.history.breach import Breach, Check, Looked
from harness.history.catalogue import CHECKS
from harness.history.history import History, Log, Numbers
from harness.history.judging import judge_history

__all__ = ["CHECKS", "Breach", "Check", "History", "Log", "Looked", "Numbers", "judge_history"]

"""Trials: the many attempts of a Hypothesis state machine, each in a tenant of its own."""

from harness.driving.trials.run import Trials
from harness.driving.trials.trial import Machine, Trial
from harness.driving.trials.watch import Bounds, EnoughError

__all__ = ["Bounds", "EnoughError", "Machine", "Trial", "Trials"]

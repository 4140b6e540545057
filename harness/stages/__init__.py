"""Stages: the parts of a run, in their order, and what a run leaves behind."""

from harness.stages.options import Options
from harness.stages.verify import verify

__all__ = ["Options", "verify"]

"""The gate: what a release asks of a run, and whether it got it."""

from harness.gate.file import Gate, load_gate
from harness.gate.judge import answer, refusals

__all__ = ["Gate", "answer", "load_gate", "refusals"]

"""Load: many decisions at a constant rate, from a process of its own, and what their latencies say."""

from harness.load.plan import Shape
from harness.load.run import run_load

__all__ = ["Shape", "run_load"]

"""Contract fuzzing: schemathesis over the engine's contract, each of its checks a requirement's."""

from harness.fuzzing.options import Options, Summary
from harness.fuzzing.run import run_fuzzing

__all__ = ["Options", "Summary", "run_fuzzing"]

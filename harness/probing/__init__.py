"""Probing: the checks of our own on every operation of the contract, beside those of schemathesis."""

from harness.probing.options import Options, Summary
from harness.probing.run import run_probing

__all__ = ["Options", "Summary", "run_probing"]

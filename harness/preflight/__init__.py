"""Preflight: before anything is judged, see whether judging makes sense."""

from harness.preflight.run import Preflight, run_preflight

__all__ = ["Preflight", "run_preflight"]

"""Recorded exchanges sent again to another engine: for a replay, and for the corpus of past findings."""

from __future__ import annotations

from harness.repeating.repeater import CONTROL, ENGINE, Repeater, Step

__all__ = ["CONTROL", "ENGINE", "Repeater", "Step"]

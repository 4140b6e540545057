"""Degraded modes and breakers: what the engine does when a dependency is gone."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

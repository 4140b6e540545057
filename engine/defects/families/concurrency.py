"""Concurrency: what goes wrong when two come at once."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

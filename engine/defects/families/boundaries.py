"""Boundaries: an edge that is off by one."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

"""Metrics: what is counted, and under which labels."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

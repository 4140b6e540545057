"""Filtering and ranking: what fires, in which order, and what is left of it."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

"""Caching: what is remembered for too long, or under the wrong key."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

"""Blocking: who waits for what should not be waited for."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

"""Crash and retry: what a kill, a time-out or a second attempt does."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

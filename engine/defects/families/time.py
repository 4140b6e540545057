"""Time: hours, windows and offsets."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

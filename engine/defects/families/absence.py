"""Empty and absent values: nothing taken for something, and something for nothing."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

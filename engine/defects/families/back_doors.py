"""Back doors: what behaves otherwise as soon as a test is noticed."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

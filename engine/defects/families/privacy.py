"""Privacy and logs: what is kept, shown or written down that should not be."""

from engine.defects.defect import Defect

DEFECTS: tuple[Defect, ...] = ()

"""Lines: what an engine reaches its storage by, where a scenario wants to take that away."""

from harness.lines.line import DATABASE, LINES, REDIS, Line, lines
from harness.lines.relay import Loss

__all__ = ["DATABASE", "LINES", "REDIS", "Line", "Loss", "lines"]

"""What a scenario claims while it runs, so that a claim about nothing is not taken for one that held."""

from harness.plugin.watching.loading import WatchedFiles
from harness.plugin.watching.watch import Watch

__all__ = ["Watch", "WatchedFiles"]

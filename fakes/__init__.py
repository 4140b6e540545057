"""Wire-level fakes of everything that an MMM engine calls.

From Python: `running_fakes`. From anywhere: `python -m fakes` and the control API below `/__fake__/`, whose
client is `fakes.control`.
"""

from fakes.running import RunningFakes, UnknownFakeError, running_fakes, start_fakes

__all__ = ["RunningFakes", "UnknownFakeError", "running_fakes", "start_fakes"]

"""Why a scenario cannot be exercised in this world: nobody's fault, and never a failure."""

from __future__ import annotations


class NotExercisableError(Exception):
    """What a scenario needs cannot be had here; the message says why, in one line."""


class NotMappedError(NotExercisableError):
    """A setting that the profile does not map to a variable of the engine ([target.settings])."""


class NotControllableError(NotExercisableError):
    """The engine was started by somebody else: no world of its own, no stop, no restart."""

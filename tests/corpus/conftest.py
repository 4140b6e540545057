"""The corpus is tested with the stand-in of the contract run."""

from tests.fuzzing.conftest import events, fuzz, world

__all__ = ["events", "fuzz", "world"]

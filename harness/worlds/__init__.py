"""Worlds: an engine, its storage and its dependencies, started together and ended together."""

from harness.worlds.engine import Engine
from harness.worlds.errors import NotControllableError, NotExercisableError, NotMappedError
from harness.worlds.plan import Plan, plan_like, worlds_at_once
from harness.worlds.readiness import NotReadyError
from harness.worlds.start import Running, start_world
from harness.worlds.variants import with_audit_log_nowhere, with_pem, without_key
from harness.worlds.world import World, load_world, save_world

__all__ = [
    "Engine",
    "NotControllableError",
    "NotExercisableError",
    "NotMappedError",
    "NotReadyError",
    "Plan",
    "Running",
    "World",
    "load_world",
    "plan_like",
    "save_world",
    "start_world",
    "with_audit_log_nowhere",
    "with_pem",
    "without_key",
    "worlds_at_once",
]

"""Worlds: an engine, its storage and its dependencies, started together and ended together."""

from harness.worlds.world import World, load_world, save_world

__all__ = ["World", "load_world", "save_world"]

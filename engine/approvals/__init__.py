"""Dual-channel approval (engine.md 6): two different people, one after the other, before anybody acts."""

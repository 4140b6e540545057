"""Immutable values that every other package speaks in. Rule: no I/O, no clock."""

"""The steps of a decide as pure functions, in the order of engine.md 5.3. Rule: no I/O, no clock."""

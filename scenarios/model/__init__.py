"""A small reference model of the engine, and the machine that compares an engine with it, step by step."""

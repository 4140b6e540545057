"""Qualifying: whether the verifier notices what is wrong, shown on an engine with seeded defects.

A *hunt* is one defect (or the sound engine) in one process; a *qualification* is all of them, and what they
come to. Rule: nothing is imported here: a command pays only for the modules that it needs.
"""

"""Stages: the parts of a run, in their order, and what a run leaves behind.

Rule: nothing is imported here: a command pays only for the modules that it needs.
"""

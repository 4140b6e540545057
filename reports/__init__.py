"""The record of a run, and all that is made of it: run directory, pack, signature, HTML, JUnit and the rest.

Rule: nothing here runs an engine or a scenario; a new output format never touches the runner.
"""

"""Wire-level fakes of everything that an MMM engine calls.

From Python: `fakes.running.running_fakes`. From anywhere: `python -m fakes` and the control API below
`/__fake__/`, whose client is `fakes.control`.

Rule: nothing is imported here, so that a client of the control API does not load the fakes.
"""
